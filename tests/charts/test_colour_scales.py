"""Colours as arrays are those of the scales that Plotly draws with."""

import io

import numpy as np
import pytest
from PIL import Image

from mnistviz.charts.colour_scales import as_data_uri, as_png, coloured
from mnistviz.charts.theme import SIGNED


def as_hex(colour: np.ndarray) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour[:3])


def test_signed_values_have_the_colours_of_the_scale_s_stops() -> None:
    stops = np.array([[2 * float(stop) - 1 for stop, _ in SIGNED]], np.float32)
    found = coloured(stops, signed=True)
    assert [as_hex(colour) for colour in found[0]] == [colour for _, colour in SIGNED]
    assert (found[..., 3] == 255).all()


def test_amounts_go_from_black_to_white_and_stop_there() -> None:
    found = coloured(np.array([[0, 0.5, 1, 7, -3]], np.float32), signed=False)
    assert found[0, :, 0].tolist() == [0, 128, 255, 255, 0]


@pytest.mark.parametrize("signed", [True, False])
def test_what_is_no_number_is_clear(signed: bool) -> None:
    found = coloured(np.array([[np.nan, 0.2, np.inf]], np.float32), signed=signed)
    assert found[0, :, 3].tolist() == [0, 255, 0]


def test_the_png_has_a_pixel_for_each_value() -> None:
    colours = coloured(np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3), signed=True)
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(as_png(colours)))), colours)
    assert as_data_uri(colours).startswith("data:image/png;base64,iVBOR")
