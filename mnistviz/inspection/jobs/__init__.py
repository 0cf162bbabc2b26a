"""Slow computations on a snapshot, each in a child process."""
