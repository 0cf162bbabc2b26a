"""Receptive fields: the pixels of the image that a value of a layer depends on."""

from dataclasses import dataclass

from mnistviz.core.model_spec import ModelSpec


@dataclass(frozen=True)
class Field:
    """A square of the image: its first row and column, and its size in pixels."""

    top: int
    left: int
    size: int

    @property
    def window(self) -> tuple[slice, slice]:
        """The rows and the columns, to cut it out of an image `(28, 28)`."""
        return slice(self.top, self.top + self.size), slice(self.left, self.left + self.size)


def size_and_stride(model: ModelSpec, layer: str) -> tuple[int, int]:
    """The size of a layer's receptive field and its stride, in pixels.

    A kernel of k adds k - 1 strides of the layer before, a pool doubles the stride. No layer pads,
    so the field of the first value begins at pixel 0.
    """
    size, stride = 1, 1
    for one in model.layers:
        if one.type == "Conv2D":
            size += (dict(one.weights)["kernel"][0] - 1) * stride
        elif one.type == "MaxPooling2D":
            size, stride = size + stride, stride * 2
        if one.name == layer:
            return size, stride
    raise KeyError(layer)


def field_of(model: ModelSpec, layer: str, row: int, column: int) -> Field:
    """The receptive field of the value at (row, column) of a layer's maps."""
    size, stride = size_and_stride(model, layer)
    return Field(row * stride, column * stride, size)
