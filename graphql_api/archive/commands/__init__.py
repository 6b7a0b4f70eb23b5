"""The commands of the archive, and what the server tells of it at its start."""
