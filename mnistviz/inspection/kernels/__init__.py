"""The kernels of a network: statistics, order, kinds of patterns."""
