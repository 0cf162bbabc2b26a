"""The width of strokes, compared with MNIST's."""

import pytest

from mnistviz.digits.drawing.preprocessing import MNIST_STROKE_WIDTHS
from mnistviz.ui.draw.xray import stroke_width_text

LOW, HIGH = MNIST_STROKE_WIDTHS


@pytest.mark.parametrize(
    ("width", "compared"),
    [(LOW - 0.1, "thinner"), (LOW, "within that"), (HIGH, "within that"), (HIGH + 0.1, "thicker")],
)
def test_the_width_is_compared_with_the_range_of_mnist(width: float, compared: str) -> None:
    text = stroke_width_text(width)
    assert f"**{width:.2f}** pixels wide" in text
    assert text.endswith(f": {compared}.")
