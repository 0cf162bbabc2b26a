"""Evaluate: which images a network reads wrong, how sure it is, and what it can stand."""

from mnistviz.ui.shell import need_shell

need_shell()

import streamlit as st

from mnistviz.evaluation import score
from mnistviz.ui import (
    evaluate_chosen,
    evaluate_data,
    evaluate_doubts,
    evaluate_export,
    evaluate_headline,
    evaluate_images,
    evaluate_pair,
    evaluate_robustness,
    evaluate_trust,
    evaluate_words,
)
from mnistviz.ui.widgets import chosen_run, describe, explanation, need_snapshot

VIEWS = {
    "confusion": "Mix-ups",
    "mistakes": "Mistakes",
    "trust": "Is it sure?",
    "pair": "Two runs",
    "robustness": "Robustness",
    "doubts": "Labels in doubt",
    "export": "Export",
}

run = chosen_run()
step = need_snapshot(run)
data = evaluate_data.choose_set()
st.markdown(f"{describe(run, step)}, on {evaluate_data.describe_set(data)}")
found = evaluate_data.answers(run, step, data)
total = score(found.logits, data.labels)
evaluate_headline.show_headline(run, found, total)
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
    evaluate_images.show_confusion(found, total)
    evaluate_chosen.show_chosen(found)
elif view == "mistakes":
    evaluate_images.show_mistakes(found)
    evaluate_chosen.show_chosen(found)
elif view == "trust":
    evaluate_trust.show_trust(run, step, found)
elif view == "pair":
    evaluate_pair.show_pair(run, step, found)
    evaluate_chosen.show_chosen(found)
elif view == "robustness":
    evaluate_robustness.show_robustness(run, step, data)
elif view == "doubts":
    evaluate_doubts.show_doubts(found)
    evaluate_chosen.show_chosen(found)
elif view == "export":
    evaluate_export.show_export(run, step, found)
explanation([*evaluate_words.HEADLINE, *evaluate_words.VIEWS[view]])
