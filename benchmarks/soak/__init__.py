"""Simulated visitors of a class on a real server, for hours: `python -m benchmarks.soak`."""
