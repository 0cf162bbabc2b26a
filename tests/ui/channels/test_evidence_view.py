"""The verdicts on channels, in words and as rows."""

from mnistviz.core.types.inspection import ChannelEvidence, LayerRedundancy
from mnistviz.ui.channels.evidence_view import card_text, row_of

KEPT = ChannelEvidence(0, "keep", None, 1, 0.5, 0.25, 0.002)
TWIN = ChannelEvidence(1, "twin", 0, 0, 0.96, 0.5, None)
USE = LayerRedundancy("conv3", 2, 1.5, 1, 2, (), ())


def test_the_card_counts_channels_to_keep_and_names_the_others() -> None:
    text = card_text("conv3", USE, [KEPT, TWIN])
    assert text.startswith("**conv3: 1 of 2 channels to keep** (#1 is twin of #0). 2 of 2 channels")


def test_the_card_says_so_where_all_channels_are_to_keep() -> None:
    assert "(none is dead, none a twin)" in card_text("conv3", USE, [KEPT])


def test_a_row_has_percentage_points_and_no_cost_where_none_was_measured() -> None:
    assert list(row_of(KEPT).values()) == [0, "keep", 0.2, 0.5, 1, 25.0]
    assert row_of(TWIN)["alone costs, points"] is None
    assert row_of(TWIN)["verdict"] == "twin of #0"
