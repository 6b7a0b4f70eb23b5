"""Races: runners, results, and conflicts between jockeys' files. Coming races are those of a provider.

``ids`` converts between the forms of a race's id. ``model`` is a race, and ``assembly`` makes one of the rides that
files contain: ``claims`` resolves conflicts, ``placings`` finds the winners, ``brackets`` the brackets.
"""
