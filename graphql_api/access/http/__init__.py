"""Access at the edge: the layer before all answers, and what it reads of requests and writes on answers."""
