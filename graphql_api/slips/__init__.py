"""Betting slips: tickets, and what they cover, cost and win."""
