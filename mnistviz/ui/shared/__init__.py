"""What several pages use: loaders, the sidebar, charts, texts, messages, names of shared state."""
