"""Comments over plain HTTP."""
