"""Looking inside a network: arrays in, arrays out."""
