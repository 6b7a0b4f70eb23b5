"""The archive: the rides of all jockeys as one table, and what can be asked of them.

``columns`` says what is stored of a ride. ``manifest`` names the files of one version, ``building`` makes them and
``refresh`` replaces the version. ``files`` keeps them on the server's disk, ``engine`` asks them in SQL, which
``conditions``, ``counting`` and ``questions`` write from the same tables that answer for one jockey.
"""
