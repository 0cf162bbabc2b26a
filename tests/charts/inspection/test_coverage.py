"""The chart of covered patterns."""

from mnistviz.charts.inspection.coverage import NAMES, coverage_figure
from mnistviz.core.types.inspection import PATTERNS
from mnistviz.core.types.studies import MeanCoverage


def test_row_for_each_number_of_channels_and_a_column_for_each_pattern() -> None:
    few = MeanCoverage(4, 2, (0.1,) * 15, (0.5,) * 15, (0.5,) * 15)
    many = MeanCoverage(32, 5, (0.2,) * 15, (12.4,) * 15, (1.0,) * 15)
    own = MeanCoverage(20, 1, (0.2,) * 15, (3,) * 15, (1.0,) * 15, "mine")
    (heat,) = coverage_figure("conv3", [few, many, own]).data
    assert list(heat.y) == ["4", "32", "20 (mine)"]
    assert [list(row) for row in heat.z] == [[0.5] * 15, [1.0] * 15, [1.0] * 15]
    assert heat.text[0][0] == "0.5"
    assert heat.text[1][0] == "12"
    assert tuple(heat.customdata[1][8]) == ("upright line", "line", 12.4, 0.2, 5)
    assert len(NAMES) == len(PATTERNS)
