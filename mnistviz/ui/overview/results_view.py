"""The numbers of the network, the curves of the reference run, the table of speed and accuracy."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run
from mnistviz.studies.published_results import published_results
from mnistviz.texts import _
from mnistviz.ui.shared.charts import CurveOptions, show_curves
from mnistviz.ui.shared.training.training_images import with_training_images
from mnistviz.ui.shared.words.explained import explained_caption


def show_numbers(model: ModelSpec, last: MetricRow, published: MetricRow) -> None:
    """Show the parameters and the accuracy. `last` and `published` are the last validations."""
    metric = partial(st.metric, border=True, height="stretch")
    with st.container(horizontal=True):
        metric(_("Parameters"), f"{model.parameters:,}")
        metric(_("Learned by training"), f"{model.trainable:,}")
        metric(
            _("Running averages"),
            f"{model.non_trainable:,}",
            help=_(
                "What batch normalization remembers of the training images: means and variances."
            ),
        )
        metric(
            _("Test accuracy after {epoch} epochs").format(epoch=last.epoch),
            f"{last.accuracy:.2%}",
            _("original author: {accuracy:.2%}").format(accuracy=published.accuracy),
            delta_color="off",
            delta_arrow="off",
            help=_(
                "Of the bundled run `reference`, from its stored metrics. `python -m mnistviz "
                "evaluate reference` measures it again."
            ),
        )


def show_reference(
    reference: Run, rows: Sequence[MetricRow], last: MetricRow, published: MetricRow
) -> None:
    """Show the curves of the reference run beside those published.

    `last` and `published` are the last validations.
    """
    st.subheader(_("The reference run"))
    explained_caption(
        _(
            "At first the orange curve is above the blue one. That is normal: while the network "
            "trains, a part of it is switched off at random (dropout). This run has the settings "
            "of the original author's and ends at {ours:.2%}, the original at {original:.2%}. "
            "Both were checked on the **test set** after each epoch."
        ).format(ours=last.accuracy, original=published.accuracy)
    )
    show_curves(
        reference,
        with_training_images(reference, rows),
        reference.spec.train.epochs,
        CurveOptions(accuracy_from=0.96),
    )


def show_speed_and_accuracy() -> None:
    """Show what this project, the published training and stock Keras reach, and the commands."""
    st.subheader(_("Speed and accuracy"))
    explained_caption(
        _(
            "The original author's run, stock Keras and this project. All were timed on the same "
            "computer with two cores, one after another. Except for `reference`, the test images "
            "are used only once, after training."
        )
    )
    st.table(
        pd.DataFrame(
            [(row.measure, row.ours, row.published, row.keras) for row in published_results()],
            columns=[_("measured"), _("this project"), _("original author"), _("stock Keras")],
        ),
        alt=_("Speed and accuracy: this project, the original author and stock Keras"),
    )
    with st.expander(_("Measure it again"), icon=":material/terminal:"):
        explained_caption(_("In the project's folder, on a machine left alone:"))
        st.code("\n".join(dict.fromkeys(row.command for row in published_results())), language="sh")
