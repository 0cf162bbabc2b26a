"""Benchmarks of speed and accuracy: `make bench`."""
