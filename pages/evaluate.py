"""Evaluate: which images a network reads wrong, how sure it is, and what it can stand."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import streamlit as st

from mnistviz.evaluation.scoring import score
from mnistviz.ui.evaluate import (
    chosen_image,
    evaluated_set,
    export,
    image_gallery,
    label_issues_view,
    pair_view,
    robustness_view,
    score_view,
    trust_view,
    views,
)
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.texts import describe, explanation

VIEWS = {
    "confusion": "Mix-ups",
    "mistakes": "Mistakes",
    "trust": "Is it sure?",
    "pair": "Two runs",
    "robustness": "Robustness",
    "doubts": "Labels in doubt",
    "export": "Export",
}

snapshot = need_snapshot()
run = snapshot.run
data = evaluated_set.choose_set()
st.markdown(f"{describe(snapshot)}, on {evaluated_set.describe_set(data)}")
found = evaluated_set.answers(snapshot, data)
total = score(found.logits, data.labels)
score_view.show_headline(run, found, total)
view = st.segmented_control(
    "Look at",
    list(VIEWS),
    default="confusion",
    format_func=VIEWS.get,
    key="evaluate_view",
    required=True,
    persist_state="session",
)
if view == "confusion":
    image_gallery.show_confusion(found, total)
    chosen_image.show_chosen(found)
elif view == "mistakes":
    image_gallery.show_mistakes(found)
    chosen_image.show_chosen(found)
elif view == "trust":
    trust_view.show_trust(snapshot, found)
elif view == "pair":
    pair_view.show_pair(snapshot, found)
    chosen_image.show_chosen(found)
elif view == "robustness":
    robustness_view.show_robustness(snapshot, data)
elif view == "doubts":
    label_issues_view.show_doubts(found)
    chosen_image.show_chosen(found)
elif view == "export":
    export.show_export(snapshot, found)
explanation([*views.HEADLINE, *views.VIEWS[view]])
