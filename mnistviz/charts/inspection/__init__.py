"""Charts of the inside of a network: kernels, feature maps, channels."""
