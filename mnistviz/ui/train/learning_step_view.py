"""One learning step, seen: its images, a kernel before and after it, and one answer."""

from pathlib import Path

import numpy as np
import streamlit as st

from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import article
from mnistviz.evaluation.learning_step import LearningStep, last_single_step, learning_step
from mnistviz.network.layers import softmax
from mnistviz.runs.registry import Run
from mnistviz.texts import _
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained, explained_caption

NUM_SHOWN = 20
LAYER = "conv1"
WIDTH = 400


@st.cache_data(max_entries=16, show_spinner=False)
def _stored_step(folder: Path, step: int, _run: Run) -> LearningStep:
    # By the folder: in a class, runs of two visitors may have the same id.
    return learning_step(_run, step)


def show_learning_step(run: Run) -> None:
    """Show the last step of a run that has a snapshot before and after it."""
    step = last_single_step(run)
    if step is None:
        explained_caption(
            _("Pause a training and press *One batch*: then you see here what this step changed.")
        )
        return
    found = _stored_step(run.path, step, run)
    before, after = found.before, found.after
    num_right = [round(each.accuracy * each.images) for each in (before, after)]
    explained(
        _(
            "**Step {step:,}.** The network saw {pictures} with their labels. Before this step it "
            "read **{right_before}** of them right (loss {loss_before:.3f}), after it "
            "**{right_after}** (loss {loss_after:.3f})."
        ).format(
            step=step,
            pictures=count_of(len(found.labels), "picture"),
            right_before=num_right[0],
            loss_before=before.loss,
            right_after=num_right[1],
            loss_after=after.loss,
        )
    )
    if after.loss > before.loss:
        explained_caption(_("A single step can raise the loss. Many steps together lower it."))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_images(found)
    with right:
        _show_kernel(found)
    explained_caption(_answer_text(found))
    explained_caption(
        _(
            "How a step works: for each weight, the gradient says how the loss changes when the "
            "weight grows a little. The step moves every weight a little in the direction that "
            "lowers the loss. The learning rate sets how far."
        )
    )


# The charts import Plotly when they are drawn: it takes longer than the page's heading.


def _show_images(found: LearningStep) -> None:
    from mnistviz.charts.training.watched_digits import watched_digits_image

    answers = found.logits_before.argmax(axis=1).tolist()[:NUM_SHOWN]
    st.image(
        watched_digits_image(to_input(found.images[:NUM_SHOWN]), found.labels[:NUM_SHOWN], answers),
        alt=_("The first {count} pictures of the step with the answers before it").format(
            count=len(answers)
        ),
    )
    explained_caption(
        _("The first {count} pictures, with the network's answers before the step.").format(
            count=len(answers)
        )
    )


def _show_kernel(found: LearningStep) -> None:
    from mnistviz.charts.inspection.kernels import kernel_row_figure

    change = found.kernel_change(LAYER)
    sizes = np.abs(change).max(axis=(0, 1, 2))
    channel = int(sizes.argmax())
    kernels = [
        found.weights_before[LAYER]["kernel"][:, :, 0, channel],
        change[:, :, 0, channel],
        found.weights_after[LAYER]["kernel"][:, :, 0, channel],
    ]
    show(
        kernel_row_figure(np.stack(kernels), [_("before"), _("change"), _("after")], WIDTH),
        "step_kernel",
        _("A kernel of {layer} before the step, its change, and after it").format(layer=LAYER),
    )
    explained_caption(
        _(
            "The kernel of {layer} that changed most, number {channel}. The change is enlarged: "
            "its darkest colour is ±{sizes:.1g}, that of the kernel ±{max:.1g}."
        ).format(layer=LAYER, channel=channel, sizes=sizes[channel], max=np.abs(kernels[0]).max())
    )


def _answer_text(found: LearningStep) -> str:
    """Return how the answer to the picture with the largest loss changed."""
    places = np.arange(len(found.labels))
    chances = [
        softmax(logits.astype(np.float64))[places, found.labels]
        for logits in (found.logits_before, found.logits_after)
    ]
    hardest = int(chances[0].argmin())
    digit = int(found.labels[hardest])
    return _(
        "The picture with the largest loss is {article} **{digit}**. Before the step the network "
        "gave this answer a probability of **{before:.2%}**, after it **{after:.2%}** (not "
        "calibrated)."
    ).format(
        article=article(digit),
        digit=digit,
        before=chances[0][hardest],
        after=chances[1][hardest],
    )
