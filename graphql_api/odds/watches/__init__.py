"""Watches of odds: alerts of clients, each fired once per crossing by the job that updates odds."""
