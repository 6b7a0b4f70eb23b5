"""The GraphQL types of races: ``types`` is a race, ``parts`` what it consists of, ``pages`` lists of races and days."""
