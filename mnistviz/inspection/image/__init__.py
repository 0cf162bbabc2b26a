"""One image in the network: feature maps, receptive fields, attribution."""
