"""The file formats of data sets of one's own, each a reader of its files as a `RawSet`."""
