"""Jockeys by id, held in memory: one read at a time, revalidation, the last good copy."""
