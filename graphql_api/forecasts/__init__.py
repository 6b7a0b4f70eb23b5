"""Forecasts: each runner's probability to win, computed from data before the race."""
