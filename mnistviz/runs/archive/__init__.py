"""Runs out of (`pack`) and into (`unpack`) zip files."""
