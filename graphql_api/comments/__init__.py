"""Comments on races: previews and reviews, written in the background from facts of this service."""
