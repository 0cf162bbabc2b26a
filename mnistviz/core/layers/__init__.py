"""Layers of a network as data: their shapes, their text form, their costs."""
