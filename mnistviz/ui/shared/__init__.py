"""Shared by several pages: cached networks and results, widgets, names of shared state."""
