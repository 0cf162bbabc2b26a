"""The channels of a layer: redundancy, switching off, pruning."""
