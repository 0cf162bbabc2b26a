# %% The images

# region mnist
FIRST_IMAGES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"


def load_data(file):
    """MNIST: images (n, 28, 28) and labels (n,), uint8; downloaded where the file is missing."""
    if not Path(file).exists():
        print(f"Downloading {FIRST_IMAGES}")
        urllib.request.urlretrieve(FIRST_IMAGES, file)
    with np.load(file) as arrays:
        return [arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")]


# endregion mnist
# region own_data
def load_data(file):
    """The data set of the run: images (n, 28, 28) and labels (n,), uint8.

    Training images are in the order of the run; the last ones are those of its validation.
    """
    with np.load(file) as arrays:
        return [arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")]


# endregion own_data
def as_input(images):
    """Images (n, 28, 28) uint8 as (n, 28, 28, 1) float32 from 0 to 1."""
    return images[..., np.newaxis].astype(np.float32) / 255


# region beside
def training_set(x_train, y_train):
    """The images that are trained on, with their labels: MNIST's, and those beside this file."""
    images = np.concatenate([x_train, BESIDE["images"]])[BESIDE["chosen"]]
    labels = np.concatenate([y_train, BESIDE["labels"]])[BESIDE["chosen"]]
    return images, labels
# endregion beside
# region first_images
def training_set(x_train, y_train):
    """The images that are trained on, with their labels."""
    return x_train[: RECIPE["num_images"]], y_train[: RECIPE["num_images"]]
# endregion first_images


# %% The recipe


def order_of(epoch, num_images):
    """The order of the images in an epoch, counted from 0: that of the run."""
    generator = np.random.Generator(np.random.Philox(key=[RECIPE["seed"], epoch]))
    return generator.permutation(num_images)


# region decay
def learning_rate_at(step, steps_per_epoch, num_steps):
    """Lower from epoch to epoch."""
    epoch = step // steps_per_epoch
    return round(RECIPE["learning_rate"] / (1 + RECIPE["decay"] * epoch), 10)
# endregion decay
# region one_cycle
def learning_rate_at(step, steps_per_epoch, num_steps):
    """Up to its highest, then down to zero, in straight lines."""
    done = (step + 0.5) / num_steps
    rising = done / RECIPE["warm_up"] if RECIPE["warm_up"] else 1.0
    falling = (1 - done) / (1 - RECIPE["warm_up"])
    return round(RECIPE["learning_rate"] * min(rising, falling), 10)
# endregion one_cycle


def targets_of(labels, chosen):
    """The labels of a batch, (n, classes), twice as many with soft labels; float32."""
    smoothing = RECIPE["label_smoothing"]
    targets = np.eye(NUM_CLASSES, dtype=np.float32)[labels[chosen]] * (1 - smoothing)
    targets += smoothing / NUM_CLASSES
# region soft
    # The square roots of the probabilities are stored, so that small ones differ.
    soft = (BESIDE["soft_labels"][chosen].astype(np.float32) / 255) ** 2
    targets = np.concatenate([targets, soft / soft.sum(axis=1, keepdims=True)], axis=1)
# endregion soft
    return targets.astype(np.float32)


# region augmentation
def changed(images, generator):
    """Images (n, 28, 28, 1), each turned, moved, stretched and sheared at random."""
    n, side = len(images), images.shape[1]
    most = [np.radians(15), 2, 2, 0.15, 0.15, 0.15]
    drawn = generator.uniform(-1, 1, (n, 6)) * most * RECIPE["augmentation"]
    angle, right, down, wide, high, shear = drawn.T
    across, along = np.exp(-wide), np.exp(-high)
    a, b = across * (np.cos(angle) + shear * np.sin(angle)), across * (
        shear * np.cos(angle) - np.sin(angle)
    )
    d, e = along * np.sin(angle), along * np.cos(angle)
    middle = (side - 1) / 2
    y, x = np.mgrid[:side, :side] - middle
    # A pixel of the new image is read at (from_x, from_y) of the old one.
    from_x = a[:, None, None] * x + b[:, None, None] * y + (middle + right)[:, None, None]
    from_y = d[:, None, None] * x + e[:, None, None] * y + (middle + down)[:, None, None]
# region bend
    bent_x, bent_y = bends(n, side, generator)
    from_x, from_y = from_x + bent_x, from_y + bent_y
# endregion bend
    return read(images[..., 0], from_x, from_y)[..., np.newaxis]


def read(images, x, y):
    """Images (n, side, side) interpolated at x and y, 0 outside."""
    side = images.shape[1]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    x, y = np.clip(x, -1, side) + 1, np.clip(y, -1, side) + 1
    left, top = np.minimum(x, side).astype(int), np.minimum(y, side).astype(int)
    right, lower = x - left, y - top
    number = np.arange(len(images))[:, None, None]
    above = framed[number, top, left] * (1 - right) + framed[number, top, left + 1] * right
    below = framed[number, top + 1, left] * (1 - right) + framed[number, top + 1, left + 1] * right
    return (above * (1 - lower) + below * lower).astype(np.float32)


# endregion augmentation
# region bend
def bends(n, side, generator):
    """Displacements in pixels, smooth over an image (Simard, Steinkraus and Platt 2003)."""
    points = np.linspace(0, side - 1, 8)
    near = np.exp(-0.5 * ((np.arange(side)[:, None] - points) / 4) ** 2)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    drawn = generator.normal(size=(2, n, 8, 8))
    return RECIPE["bend"] * np.einsum("ri,dnij,kj->dnrk", near, drawn, near)


# endregion bend
# region ink
def with_changed_lines(images, shares, generator):
    """Images (n, 28, 28, 1), some with thinner, thicker, softer or harder lines.

    Image i is changed with probability shares[i]. It is mixed with a blurred copy, then levels up
    to a random lower limit become 0 and those from a random upper limit on become 1.
    """
    drawn = generator.uniform(size=(4, len(images), 1, 1, 1)).astype(np.float32)
    is_changed, blur, lower, width = drawn
    lower *= 0.5
    upper = lower + (1 - lower) * (0.2 + 0.8 * width)
    side = images.shape[1]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    softening = (0.25, 0.5, 0.25)
    rows = sum(share * framed[:, at : at + side] for at, share in enumerate(softening))
    soft = sum(share * rows[:, :, at : at + side] for at, share in enumerate(softening))
    mixed = images + blur * (soft - images)
    levels = np.clip((mixed - lower) / (upper - lower), 0, 1)
    return np.where(is_changed < shares.reshape(-1, 1, 1, 1), levels, images).astype(np.float32)


# endregion ink
def batch_of(images, chosen, step):
    """The images of a step, as they are trained on: (n, 28, 28, 1) float32 from 0 to 1."""
    batch = as_input(images[chosen])
# region random
    generator = np.random.default_rng([RECIPE["seed"], step])
# endregion random
# region augmentation
    batch = changed(batch, generator)
# endregion augmentation
# region ink
    shares = np.where(chosen < RECIPE["num_images"], RECIPE["ink"], RECIPE["tablet_ink"])
    batch = with_changed_lines(batch, shares, generator)
# endregion ink
    return batch


# region average
def kept_share(step):
    """How much of the average of the weights stays in a step, counted from 0."""
    return min(RECIPE["weight_average"], (step + 2) / (step + 11))


# endregion average
def score(probabilities, labels):
    """The mean cross-entropy and the accuracy of probabilities (n, classes)."""
    of_label = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.maximum(of_label, 1e-12)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == labels).mean())
