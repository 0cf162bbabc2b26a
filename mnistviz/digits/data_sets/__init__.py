"""Data sets of a person's own: read from files of many formats, checked, and kept under a name."""
