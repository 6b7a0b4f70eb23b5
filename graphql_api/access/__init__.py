"""API keys, limits and usage: who may ask how much. Off by default; the read pipeline does not know of it."""
