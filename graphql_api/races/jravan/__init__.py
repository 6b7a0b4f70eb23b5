"""Races of a JRA-VAN bridge, a server beside JRA-VAN Data Lab that answers over HTTP."""
