"""Trusted operations as tools of the Model Context Protocol: ``schemas`` describes them, ``tools`` runs them."""
