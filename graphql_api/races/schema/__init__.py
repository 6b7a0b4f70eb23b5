"""The GraphQL types of races: ``types`` are a race and its parts, ``pages`` lists of races and of days."""
