"""Arrays of pixels as PNG images inside a page."""

import base64
import io

from PIL import Image

from mnistviz.core.types.arrays import ByteArray


def png_data_uri(pixels: ByteArray) -> str:
    """Return a data URI with a PNG of pixels `(height, width)` or `(height, width, channels)`."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
