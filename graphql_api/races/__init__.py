"""Races: who ran, who won, and what the riders' files disagree on; coming ones where a provider knows them.

``ids`` converts between the forms of a race's id. ``model`` is a race, and ``assembly`` makes one of the rides that
files hold: ``claims`` settles what they disagree on, ``placings`` finds the winners, ``brackets`` the brackets.
"""
