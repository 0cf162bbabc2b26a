"""The picture of a digit that passes through all layers of a network, live while one draws."""
