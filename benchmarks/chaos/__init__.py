"""Faults made on purpose, and what is lost by them: `python -m benchmarks.chaos`."""
