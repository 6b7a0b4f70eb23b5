"""How jobs stand, for whoever asked for them."""
