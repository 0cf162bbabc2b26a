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
evaluate_headline.show_headline(found, total)
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
explanation(
    [
        "A network is judged by images that it was not trained on. **Accuracy** is the share that "
        "it reads right. With other images of the same kind it would come out a little "
        "differently: the **95 % interval** (Wilson) says how much. Two networks whose intervals "
        "overlap may be equally good.",
        "**Loss** is the mean of -log(probability of the right digit): it is high where the "
        "network is sure and wrong. **Top 2** counts an image as right if its digit is one of the "
        "two likeliest.",
        "**Calibrated** means: of all answers of which it says that it is 80 % sure, 80 % are "
        "right. The **calibration error** is how far that is missed, on average. One number, the "
        "**temperature**, mends most of it: all scores are divided by it before they become "
        "probabilities. It is fitted on training images that were held out.",
        "**Two runs** on the same images: only those images tell which is better that one reads "
        "right and the other wrong. If both were equally good, each of these would be the toss of "
        "a coin; **p** says how often coins fall as unevenly as this.",
        "**Robustness**: MNIST's digits are all centred, upright and of one size. What a network "
        "makes of others it has never been taught, unless its training changed the images a little "
        "(augmentation). Turn the dial and watch when the answer tips.",
        "The **confusion matrix** sorts all images by what they are (row) and what they were read "
        "as (column). On the blue diagonal are the right answers.",
    ]
)
