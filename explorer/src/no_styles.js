// Stands in for react-style-singleton, by which dialogs lock scrolling with a <style> element. The service's policy
// forbids such elements, and the explorer's page never scrolls.

export const styleSingleton = () => () => null;
