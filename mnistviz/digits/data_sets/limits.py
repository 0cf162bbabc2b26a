"""Limits of a data set of one's own, and of the files that it is read from."""

from mnistviz.core.constants import MAX_OWN_IMAGES as MAX_IMAGES
from mnistviz.core.model_spec import MAX_CLASSES, MIN_CLASSES

__all__ = ["MAX_CLASSES", "MAX_IMAGES", "MIN_CLASSES"]

# Of more images than `MAX_IMAGES`, a sample with this seed is read.
SAMPLE_SEED = 0
# Images that a file may hold: the largest set of EMNIST has 814,255.
MAX_IMAGES_IN_FILE = 2_000_000
# Bytes of one unpacked array: 814,255 images of 28×28 bytes are 640 MB. It is read in blocks.
MAX_ARRAY_BYTES = 4_000_000_000
# Bytes of what is read as a whole: an array in Fortran's order, a tar, a .mat file, a table's row.
MAX_WHOLE_BYTES = 700_000_000
MAX_FILES = 250_000
# Larger images are refused before they are decoded.
MAX_SIDE = 4_096
MAX_PICTURE_BYTES = 20_000_000
# About so many bytes of images are converted at once.
BLOCK_BYTES = 8_000_000
MAX_LABEL_LENGTH = 30
