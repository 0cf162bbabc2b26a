"""The table of a trace."""

from mnistviz.inspection.image.receptive_field import Field
from mnistviz.inspection.image.value_trace import Link
from mnistviz.ui.microscope.trace_view import row_of


def test_a_row_has_the_place_the_numbers_and_the_field_of_a_value() -> None:
    link = Link("conv5", 9, 6, 3, -0.5, 0.25, 1.5, 0.75, Field(2, 3, 18))
    assert row_of(link) == {
        "value": "conv5, channel 9",
        "at": "6, 3",
        "output": 0.25,
        "contributes": 1.5,
        "share": 0.75,
        "field of view": "18×18",
    }
