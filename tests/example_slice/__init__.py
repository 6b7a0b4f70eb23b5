"""A slice as small as one can be, to hold the seams: notes, kept in memory."""
