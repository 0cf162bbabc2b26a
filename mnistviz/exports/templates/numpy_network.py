import numpy as np
# region windows
from numpy.lib.stride_tricks import sliding_window_view
# endregion windows

# Beside this file.
with np.load(__file__.removesuffix(".py") + ".npz") as arrays:
    WEIGHTS = dict(arrays)
# region BatchNormalization

# Of the batch normalizations: Keras' default.
EPSILON = 1e-3
# endregion BatchNormalization


# region same
def same(x, window, stride, value=0):
    """x with a border that keeps its size at stride 1; of an odd border, more is after it."""
    borders = []
    for side in x.shape[1:3]:
        border = max(0, (-(-side // stride) - 1) * stride + window - side)
        borders.append((border // 2, border - border // 2))
    return np.pad(x, ((0, 0), *borders, (0, 0)), constant_values=value)


# endregion same
# region windows
def windows(x, window, stride):
    """The windows of x (n, rows, columns, channels), their sides as the last two axes."""
    return sliding_window_view(x, (window, window), (1, 2))[:, ::stride, ::stride]


# endregion windows
# region Conv2D
def convolution(x, name, stride=1):
    """x (n, rows, columns, inputs); the kernel is (height, width, inputs, outputs)."""
    kernel = WEIGHTS[f"{name}_kernel"]
    patches = windows(x, len(kernel), stride).transpose(0, 1, 2, 4, 5, 3)
    n, rows, columns = patches.shape[:3]
    products = patches.reshape(n * rows * columns, -1) @ kernel.reshape(-1, kernel.shape[-1])
    return products.reshape(n, rows, columns, -1) + WEIGHTS[f"{name}_bias"]


# endregion Conv2D
# region DepthwiseConv2D
def depthwise(x, name, stride=1):
    """Each channel's own convolution; the kernel is (height, width, channels, 1)."""
    kernel = WEIGHTS[f"{name}_kernel"]
    patches = windows(x, len(kernel), stride)
    return np.einsum("nyxchw,hwc->nyxc", patches, kernel[..., 0]) + WEIGHTS[f"{name}_bias"]


# endregion DepthwiseConv2D
# region Dense
def dense(x, name):
    return x @ WEIGHTS[f"{name}_kernel"] + WEIGHTS[f"{name}_bias"]


# endregion Dense
# region BatchNormalization
def normalization(x, name):
    """Batch normalization in inference mode: with the averages of the training."""
    scale = WEIGHTS[f"{name}_gamma"] / np.sqrt(WEIGHTS[f"{name}_moving_variance"] + EPSILON)
    return (x - WEIGHTS[f"{name}_moving_mean"]) * scale + WEIGHTS[f"{name}_beta"]


# endregion BatchNormalization
# region relu
def relu(x):
    return np.maximum(x, 0)


# endregion relu
# region sigmoid
def sigmoid(x):
    return (1 + np.tanh(x / 2)) / 2


# endregion sigmoid
# region MaxPooling2D
def max_pool(x, window, stride):
    """The largest of each square; last rows and columns that fill no square are left out."""
    return windows(x, window, stride).max(axis=(-2, -1))


# endregion MaxPooling2D
# region AveragePooling2D
def average_pool(x, window, stride):
    """The mean of each square; NaN, the border of `same`, does not count."""
    return np.nanmean(windows(x, window, stride), axis=(-2, -1))


# endregion AveragePooling2D
# region GlobalAveragePooling2D
def global_average(x):
    return x.mean(axis=(1, 2))


# endregion GlobalAveragePooling2D
# region Flatten
def flatten(x):
    return x.reshape(len(x), -1)


# endregion Flatten
def softmax(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
