// The editors by keyboard and for screen readers: Tab moves on, as it does everywhere else; Ctrl+] and Ctrl+[ indent.

import { say } from "./texts.js";

const LEAVE = { name: "leave", Tab: false, "Shift-Tab": false, "Ctrl-]": "indentMore", "Ctrl-[": "indentLess" };

/** Takes the Tab key from editors, but while completions are shown, and names them; `editors` is name → editor. */
export function makeReachable(editors) {
  for (const [name, editor] of Object.entries(editors)) {
    if (!editor) continue;
    editor.removeKeyMap(LEAVE.name);
    editor.addKeyMap(LEAVE);
    const label = say(name);
    editor.getInputField().setAttribute("aria-label", editor.getOption("readOnly") ? label : `${label}. ${say("leave")}`);
    // What scrolls can be scrolled by keyboard.
    const scroller = editor.getScrollerElement();
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "group");
    scroller.setAttribute("aria-label", label);
  }
}
