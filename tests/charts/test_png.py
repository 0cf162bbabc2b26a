"""Pixels as PNG images in a page."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnistviz.charts.png import png_data_uri


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
def test_data_uri_has_every_pixel(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    head, _, data = png_data_uri(pixels).partition(",")
    assert head == "data:image/png;base64"
    np.testing.assert_array_equal(Image.open(io.BytesIO(base64.b64decode(data))), pixels)
