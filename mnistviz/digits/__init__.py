"""Everything that becomes a picture for the network: MNIST, data sets, drawings, own digits."""
