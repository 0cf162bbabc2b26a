"""How the network reads strangers' digits, from the stored measurement."""

import streamlit as st

from mnistviz.runs import registry
from mnistviz.studies.published_results import people_results
from mnistviz.texts import _
from mnistviz.ui.shared.words.explained import explained, explained_caption


def show_people() -> None:
    """Show the shares of strangers' digits that are read right, and of other drawings refused."""
    explained(
        _(
            "How the network **{default_run}** reads the digits of people whose digits it was not "
            "trained on. A digit that it refuses counts as wrong."
        ).format(default_run=registry.DEFAULT_RUN)
    )
    share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    st.dataframe(
        [
            {
                _("written or drawn"): row.what,
                _("number"): row.count,
                _("read right"): row.right,
                _("refused"): row.refused,
            }
            for row in people_results()
        ],
        column_config={_("read right"): share, _("refused"): share},
        hide_index=True,
        key="people",
    )
    explained_caption(
        _(
            "Strokes of UNIPEN by 107 people, photos, scans and drawings by about 60 people from "
            "public projects, and drawings of Quick, Draw!. None of the digits was trained on, "
            "and only the results are part of this project. Settings for the ink were chosen on "
            "these pictures, so other people's are read a little worse. `python -m "
            "benchmarks.wild FOLDER` measures it again."
        )
    )
