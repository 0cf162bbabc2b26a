"""Charts of what is inside a network: kernels, feature maps, channels."""
