"""The sheet of images from which the browser cuts thumbnails."""

import io

import numpy as np
from PIL import Image

from mnistviz.ui.embedding.thumbnails import COLUMNS, sheet_of


def test_images_lie_in_the_sheet_row_by_row() -> None:
    images = np.random.default_rng(0).integers(0, 256, (COLUMNS + 3, 28, 28)).astype(np.uint8)
    sheet = np.asarray(Image.open(io.BytesIO(sheet_of(images))))
    assert sheet.shape == (2 * 28, COLUMNS * 28)
    for index, image in enumerate(images):
        row, column = divmod(index, COLUMNS)
        here = sheet[row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28]
        np.testing.assert_array_equal(here, image)
    assert not sheet[28:, 3 * 28 :].any()
