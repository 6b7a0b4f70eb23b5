"""A cache of versions of stored objects: one read at a time, revalidation, the last good copy.

A ``Source`` determines what is cached and where it is read. Nothing here depends on a domain.
"""
