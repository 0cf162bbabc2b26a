"""Sizes of MNIST and its classes, which the whole project shares."""

# Height and width of an image, in pixels.
IMAGE_SIZE = 28
NUM_CLASSES = 10
NUM_TRAINING_IMAGES = 60_000
NUM_TEST_IMAGES = 10_000
