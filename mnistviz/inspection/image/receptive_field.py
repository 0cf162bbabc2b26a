"""Receptive fields: the pixels of the image that a value of a layer depends on."""

from dataclasses import dataclass

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import WINDOWED
from mnistviz.core.model_spec import ModelSpec
from mnistviz.network.windows import border


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

    A window of k adds k - 1 strides of the layers before.
    """
    size, stride, _ = _geometry(model, layer)
    return size, stride


def first_pixel(model: ModelSpec, layer: str) -> int:
    """The pixel that the receptive field of a layer's first value begins at.

    Below 0 where layers pad: the field is then larger than its part of the image.
    """
    return _geometry(model, layer)[2]


def _geometry(model: ModelSpec, layer: str) -> tuple[int, int, int]:
    """Size, stride and first pixel of a layer's receptive field."""
    size, stride, first, side = 1, 1, 0, IMAGE_SIZE
    for one in model.layers:
        if one.type in WINDOWED:
            if one.padding == "same":
                first -= border(one, side)[0] * stride
            size += (one.window - 1) * stride
            stride *= one.stride
            side = one.output_shape[0]
        if one.name == layer:
            return size, stride, first
    raise KeyError(layer)


def field_of(model: ModelSpec, layer: str, row: int, column: int) -> Field:
    """The receptive field of the value at (row, column) of a layer's maps, within the image."""
    size, stride, first = _geometry(model, layer)
    size = min(size, IMAGE_SIZE)
    top, left = (min(max(first + place * stride, 0), IMAGE_SIZE - size) for place in (row, column))
    return Field(top, left, size)
