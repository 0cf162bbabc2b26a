"""Views of a layer's formula with its real numbers, computed in the browser."""
