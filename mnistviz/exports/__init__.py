"""A run in formats of other programs: model files, code, and a hand-in."""
