"""The peers, one small file each; every one serves the same rows that this server answers."""
