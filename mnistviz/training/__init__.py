"""Training: the loop (no files), the worker (a process), the launcher (starts workers)."""
