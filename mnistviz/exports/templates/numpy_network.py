import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Beside this file. A kernel is (height, width, inputs, outputs).
WEIGHTS = np.load(__file__.removesuffix(".py") + ".npz")

# Of the batch normalizations: Keras' default.
EPSILON = 1e-3


def convolution(x, name):
    """x (n, height, width, inputs), without padding, stride 1."""
    kernel = WEIGHTS[f"{name}_kernel"]
    height, width, _, outputs = kernel.shape
    # (n, rows, columns, inputs, height, width), then in the order of the kernel's axes.
    patches = sliding_window_view(x, (height, width), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
    n, rows, columns = patches.shape[:3]
    products = patches.reshape(n * rows * columns, -1) @ kernel.reshape(-1, outputs)
    return products.reshape(n, rows, columns, outputs) + WEIGHTS[f"{name}_bias"]


def normalization(x, name):
    """Batch normalization in inference mode: with the averages of the training."""
    scale = WEIGHTS[f"{name}_gamma"] / np.sqrt(WEIGHTS[f"{name}_moving_variance"] + EPSILON)
    return (x - WEIGHTS[f"{name}_moving_mean"]) * scale + WEIGHTS[f"{name}_beta"]


def relu(x):
    return np.maximum(x, 0)


def max_pool(x):
    """The largest of each 2×2 square; a last odd row or column is left out."""
    n, height, width, channels = x.shape
    height, width = height // 2, width // 2
    squares = x[:, : 2 * height, : 2 * width].reshape(n, height, 2, width, 2, channels)
    return squares.max(axis=(2, 4))


def flatten(x):
    return x.reshape(len(x), -1)


def softmax(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
