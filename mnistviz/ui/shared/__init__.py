"""What several pages use: loaders, widgets, names of shared state."""
