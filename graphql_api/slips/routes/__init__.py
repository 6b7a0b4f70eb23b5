"""The cart's routes: a slip by plain HTTP, in the JSON of the previous API."""
