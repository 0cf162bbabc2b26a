"""Commands for sets of images: a person's own digits and data sets."""
