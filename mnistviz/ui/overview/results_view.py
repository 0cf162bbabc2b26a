"""The curves of the reference run, and the table of speed and accuracy."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run
from mnistviz.studies.published_results import published_results
from mnistviz.ui.shared.charts import CurveOptions, show_curves


def show_reference(
    reference: Run, rows: Sequence[MetricRow], last: MetricRow, published: MetricRow
) -> None:
    """Show the curves of the reference run beside those published.

    `last` and `published` are the last validations.
    """
    st.header("The reference run")
    st.caption(
        "Validation starts above training, because dropout hides part of the network while it "
        "trains; look where the two meet. The bundled run follows the published training setting "
        f"for setting and ends at {last.accuracy:.2%}, the published one at "
        f"{published.accuracy:.2%}. Both are validated on the **test set** after each epoch."
    )
    show_curves(reference, rows, reference.spec.train.epochs, CurveOptions(accuracy_from=0.96))


def show_speed_and_accuracy() -> None:
    """Show what this project, the published training and stock Keras reach, and the commands."""
    st.header("Speed and accuracy")
    st.caption(
        "Published, stock Keras and this project. "
        "The speeds are of one machine with two cores, all trainers in turns. Every recipe but "
        "`reference` reads the test set once, at its end."
    )
    st.table(
        pd.DataFrame(
            [(row.measure, row.ours, row.published, row.keras) for row in published_results()],
            columns=["measured", "this project", "published", "stock Keras"],
        ),
        alt="Speed and accuracy: this project, published and stock Keras",
    )
    with st.expander("Measure it again", icon=":material/terminal:"):
        st.caption("In the project's folder, on a machine left alone:")
        st.code("\n".join(dict.fromkeys(row.command for row in published_results())), language="sh")
