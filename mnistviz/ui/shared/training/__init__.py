"""A training as several pages show it: its progress, its log, its loss on training images."""
