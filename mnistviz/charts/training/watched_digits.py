"""The digits that are read after each part of a training, as one image."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.texts import _

# Pixels for each value of an image, of a frame, of the text below, between two images.
SCALE = 2
FRAME = 3
CAPTION = 20
GAP = 4
COLUMNS = 10
MAX_CAPTION = 9

RIGHT = "#2b8a3e"
WRONG = "#c92a2a"


def watched_digits_image(
    images: FloatArray,
    labels: ByteArray,
    digits: Sequence[int],
    columns: int = COLUMNS,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> Image.Image:
    """Return images `(n, 28, 28)` float32 in [0, 1] with their answers: green right, red wrong.

    `labels` and `digits`, the answers, are (n,). The text of a wrong answer has the label too, so
    that the colour is not the only difference. There are `columns` images in a row.
    """
    count, height, width = images.shape
    cell_width = width * SCALE + 2 * FRAME
    cell_height = height * SCALE + 2 * FRAME + CAPTION
    columns = min(count, columns)
    rows = -(-count // columns)
    picture = Image.new(
        "RGBA", (columns * (cell_width + GAP) - GAP, rows * (cell_height + GAP) - GAP)
    )
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14)
    for index, (image, label, digit) in enumerate(zip(images, labels, digits, strict=True)):
        left = index % columns * (cell_width + GAP)
        top = index // columns * (cell_height + GAP)
        colour = RIGHT if digit == label else WRONG
        draw.rectangle((left, top, left + cell_width - 1, top + cell_height - 1), fill=colour)
        pixels = Image.fromarray((image * 255).astype(np.uint8)).resize(
            (width * SCALE, height * SCALE), Image.Resampling.NEAREST
        )
        picture.paste(pixels, (left + FRAME, top + FRAME))
        text = class_names[digit]
        if digit != label:
            text += _(", not {label}").format(label=class_names[label])
        # Longer names are cut at the width of the image.
        text = text if len(text) <= MAX_CAPTION else f"{text[: MAX_CAPTION - 1]}…"
        middle = (left + cell_width / 2, top + cell_height - CAPTION / 2 - 1)
        draw.text(middle, text, "white", font, anchor="mm")
    return picture
