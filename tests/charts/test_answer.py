"""The prepared charts of an answer are those that Plotly makes from the start."""

import numpy as np
import pytest

from mnistviz.charts.answer import PIXEL_DECIMALS, prepared_bars, prepared_image
from mnistviz.charts.appearance import DARK, LIGHT, Appearance
from mnistviz.charts.compat import to_streamlit
from mnistviz.charts.digit_images import image_figure, probability_figure


@pytest.mark.parametrize("appearance", [LIGHT, DARK])
def test_prepared_charts_have_the_settings_of_new_ones(appearance: Appearance) -> None:
    random = np.random.default_rng(0)
    for _ in range(3):
        image = random.random((28, 28)).astype(np.float32)
        probabilities = random.dirichlet(np.ones(10)).astype(np.float32)
        np.testing.assert_equal(
            prepared_image(image, 200, appearance).to_dict(),
            to_streamlit(image_figure(image.round(PIXEL_DECIMALS), 200), appearance).to_dict(),
        )
        np.testing.assert_equal(
            prepared_bars(probabilities, 300, appearance).to_dict(),
            to_streamlit(probability_figure(probabilities, 300), appearance).to_dict(),
        )


def test_a_chart_keeps_its_values_when_the_next_one_is_made() -> None:
    first = prepared_bars(np.eye(10, dtype=np.float32)[3], 300, LIGHT)
    prepared_bars(np.eye(10, dtype=np.float32)[7], 300, LIGHT)
    (bars,) = first.to_dict()["data"]
    assert bars["text"] == ["100.0%" if digit == 3 else "0.0%" for digit in range(10)]
    assert bars["x"][3] == 1
