"""Drawings that a person kept as no digit, and whether the detector refuses them."""

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import gallery_figure
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import to_input
from mnistviz.network.rejection import bundled_detector
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.my_digits.gallery import COLUMNS, WRONG, change_all
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.words.explained import explained_caption

MAX_SHOWN = 60
WIDTH = 480


def show_non_digits(snapshot: Snapshot) -> None:
    """Show what was kept as no digit, with those framed that pass when a snapshot reads them."""
    kept = my_digits.non_digits()
    if not kept:
        return
    images = to_input(np.stack([one.image for one in kept]))
    logits = loaded_networks.network(snapshot).logits(images)
    probabilities = loaded_networks.probabilities(snapshot, logits)
    refused = bundled_detector().rejects(images, probabilities)
    with st.expander(
        _("Kept as no digit: {count:,}").format(count=len(kept)), icon=":material/block:"
    ):
        explained_caption(
            _(
                "{refused:,} of {count:,} are refused. Framed: taken for a digit. They are in no "
                "score and in no training."
            ).format(refused=refused.sum(), count=len(kept))
        )
        last = slice(-MAX_SHOWN, None)
        shown, passed = images[last], ~refused[last]
        show(
            gallery_figure(
                shown,
                [_("taken for a digit") if one else _("refused") for one in passed],
                [one.id for one in kept[last]],
                columns=COLUMNS,
                width=round(min(WIDTH, page_width()) * min(1, len(shown) / COLUMNS)),
                frames=dict.fromkeys(np.flatnonzero(passed).tolist(), WRONG),
            ),
            "my_non_digits",
            _("The last {count} drawings that you kept as no digit").format(count=len(shown)),
        )
        ids = [one.id for one in kept]
        arguments = (ids, my_digits.delete, _("{count:,} deleted.").format(count=len(ids)))
        st.button(
            _("Delete all") if len(ids) > 1 else _("Delete it"),
            icon=":material/delete:",
            key="delete_non_digits",
            help=_("You can bring them back."),
            on_click=change_all,
            args=arguments,
            kwargs={"undo": ids},
        )
