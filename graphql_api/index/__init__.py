"""The index: what is known of every jockey in the storage, so that jockeys can be listed, compared and searched.

``entries`` says what is known of one jockey; ``file`` is the index as an object in the storage; ``build`` makes and
refreshes it; ``catalogue`` is what a server makes of it: rows to filter and order, and names to search; ``cache``
keeps it current.
"""
