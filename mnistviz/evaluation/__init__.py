"""Measures of a network on a labelled set."""
