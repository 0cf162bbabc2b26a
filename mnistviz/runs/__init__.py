"""The run directory: a module for each file in it."""
