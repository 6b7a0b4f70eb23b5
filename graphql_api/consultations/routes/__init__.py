"""Consultations by plain HTTP, in the shapes of the API that came before."""
