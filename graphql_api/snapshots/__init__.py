"""Versions of what lies in the storage, held in memory: one read at a time, revalidation, the last good copy.

What is held, and where it comes from, a ``Source`` says; nothing here knows a domain.
"""
