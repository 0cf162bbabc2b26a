"""How well a network does on a labelled set."""
