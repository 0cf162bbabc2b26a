"""Programs that make what is bundled: the data, the detector, the pictures of the README."""
