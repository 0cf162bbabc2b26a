"""Which pixels of the image a value deep in the network depends on."""

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
    """Size of the field of one value of a layer, and how far the next value's field is, in pixels.

    A kernel of k adds k - 1 steps of the layer before, a pool doubles the steps. No layer
    pads, so value 0 sees from pixel 0 on.
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
    """The pixels that the value at (row, column) of a layer's maps depends on."""
    size, stride = size_and_stride(model, layer)
    return Field(row * stride, column * stride, size)
