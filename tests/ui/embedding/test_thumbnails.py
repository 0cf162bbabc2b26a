"""The sheet from which the browser cuts the digit beside the pointer."""

import io

import numpy as np
from PIL import Image

from mnistviz.ui.embedding.thumbnails import COLUMNS, sheet_of


def test_every_image_is_where_the_browser_looks_for_it() -> None:
    images = np.random.default_rng(0).integers(0, 256, (COLUMNS + 3, 28, 28)).astype(np.uint8)
    sheet = np.asarray(Image.open(io.BytesIO(sheet_of(images))))
    assert sheet.shape == (2 * 28, COLUMNS * 28)
    for index, image in enumerate(images):
        row, column = divmod(index, COLUMNS)
        here = sheet[row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28]
        np.testing.assert_array_equal(here, image)
    assert not sheet[28:, 3 * 28 :].any()
