"""The data of the views of layers: arrays as text, and the colour scales."""

import base64
from typing import Any

from numpy.typing import NDArray

from mnistviz.charts.colour_scales import SIGNED, UNSIGNED

COLOUR_SCALES = {"signed": SIGNED, "unsigned": UNSIGNED}


def array_as_text(values: NDArray[Any]) -> dict[str, Any]:
    """Return an array as its shape and its values: float32, little-endian, as base64 text."""
    return {
        "shape": list(values.shape),
        "values": base64.b64encode(values.astype("<f4", order="C").tobytes()).decode("ascii"),
    }
