"""Sizes of MNIST and its classes, and limits of augmentation, which the whole project shares."""

from collections.abc import Sequence

# Height and width of an image, in pixels.
IMAGE_SIZE = 28
NUM_CLASSES = 10
DIGIT_NAMES = tuple(str(digit) for digit in range(NUM_CLASSES))
NUM_TRAINING_IMAGES = 60_000
NUM_TEST_IMAGES = 10_000
# Of an own data set.
MAX_OWN_IMAGES = 200_000

# The largest changes of an augmented image at strength 1, each drawn uniformly from minus to plus
# its value: degrees, pixels, natural logarithm of a side's scale, shear.
MAX_ROTATION, MAX_SHIFT, MAX_STRETCH, MAX_SHEAR = 15.0, 2.0, 0.15, 0.15
# The first training images of MNIST, which have a soft label, and the bundled tablet digits.
NUM_SOFT_LABELS, NUM_TABLET_DIGITS = 55_000, 4_995

# The first training images: so many make the generalization gap, so many are scored after each
# epoch where the gap is not measured.
NUM_FIXED_TRAIN = 10_000
NUM_SAMPLED = 2_000


def noun_of(class_names: Sequence[str]) -> str:
    """The noun for a class on axes and in hover texts: a digit, or a class of an own data set."""
    return "digit" if tuple(class_names) == DIGIT_NAMES else "class"
