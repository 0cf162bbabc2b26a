"""Evaluate: the mistakes of a network on a set, its confidence, and its robustness."""

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import show_chosen
from mnistviz.ui.evaluate.score_view import finding_of, show_headline
from mnistviz.ui.evaluate.views import HEADLINE, VIEWS
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

snapshot = need_snapshot()
# The finding comes first; the images that it is about are chosen below.
finding = st.container()
data = evaluated_set.choose_set(snapshot.run.spec)
explained_caption(
    _("{snapshot}, on {describe_set}").format(
        snapshot=describe(snapshot), describe_set=evaluated_set.describe_set(data)
    )
)
answers = evaluated_set.answers(snapshot, data)
with finding:
    explained(finding_of(snapshot.run, answers))
show_headline(snapshot.run, answers)
titles = {name: view.title for name, view in VIEWS.items()}
view = VIEWS[pick(_("Look at"), titles, key="evaluate_view", persist_state="session")]
shown = view.show(snapshot, answers)
if shown is not None:
    show_chosen(answers, shown)
explanation([*HEADLINE, *view.explanation])
