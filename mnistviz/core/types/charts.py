"""Choices of charts that pages and the command line offer."""

from typing import Literal

# The values that share the end of a colour scale. tile: each kernel or channel has its own; layer:
# all tiles of a layer share one; all: all layers do.
Scope = Literal["tile", "layer", "all"]
