"""One channel, for the pages Kernels and Feature maps: the inputs that it responds to."""
