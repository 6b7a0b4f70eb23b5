"""Forecasts: each runner's chance to win, made from what was known before the race."""
