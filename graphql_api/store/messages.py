"""Error messages for clients about faults of the store, the same for every store."""

UNAVAILABLE = "The store is not available at the moment. Try again later."
MISSING = "This service has no store that it can write to. Its operator can deploy one."
FULL = "The store has no space left."
REFUSED = "The store could not be used."
CHANGED = "This has changed meanwhile. Read it again."
