"""The core model module: the network, its training layers, augmentation, rejection."""
