"""From pen strokes or a picture to the 28×28 image that the network reads."""
