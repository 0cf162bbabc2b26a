"""The pixels that an answer rests on, by four methods of attribution."""

import streamlit as st

from mnistviz.charts.inspection.attribution import attribution_figure
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.image.attribution import Attribution, Method
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.words.explained import explained_caption
from mnistviz.ui.why.question import Question

METHODS: dict[Method, str] = {
    "integrated-gradients": _("Integrated gradients"),
    "occlusion": _("Occlusion"),
    "smoothgrad": _("SmoothGrad"),
    "grad-cam": _("Grad-CAM"),
}
# What to look for in the picture of each method, and its paper.
LOOK_FOR: dict[Method, str] = {
    "integrated-gradients": _(
        "how much each pixel's **ink** adds to the lead. Sundararajan, Taly and Yan 2017."
    ),
    "occlusion": _(
        "what the lead **loses** when the 5×5 square around a pixel is wiped clean. Zeiler and "
        "Fergus 2014."
    ),
    "smoothgrad": _(
        "where **more ink** would raise the lead; empty places count too. Smilkov et al. 2017."
    ),
    "grad-cam": _(
        "**where** a layer found what speaks for it: a soft spotlight, never negative. Selvaraju "
        "et al. 2017."
    ),
}


def show_pixels(snapshot: Snapshot, image: FloatArray, image_name: str, question: Question) -> None:
    """Show which pixels of an image `(28, 28)` speak for an answer, by each method."""
    explained_caption(
        _(
            "Look for **orange** pixels, which speak for {text}, and **blue** ones, which speak "
            "against it. Four methods look in four ways: trust what they agree on."
        ).format(text=question.text)
    )
    if not image.any():
        st.info(_("The image has no ink, so no pixel counts for or against the answer."))
    names = [layer.name for layer in snapshot.run.spec.model.convolutions]
    layer = pick(
        _("Grad-CAM looks at"),
        names,
        "why_layer",
        # Its maps are small, and large enough to show a place.
        "conv6" if "conv6" in names else names[-1],
        persist_state="session",
        wrap=True,
    )
    results = {
        method: loaded_networks.attribution(
            snapshot, image, question.digit, question.against, method, layer
        )
        for method in METHODS
    }
    show(
        attribution_figure(
            image,
            {METHODS[method]: result.values for method, result in results.items()},
            columns=2 if is_narrow() else 3,
            width=page_width(),
        ),
        "why_pixels",
        _(
            "{image_name}, and which of its pixels speak for {text} (orange) and against it "
            "(blue) by {methods}"
        ).format(
            image_name=image_name[:1].upper() + image_name[1:],
            text=question.text,
            methods=", ".join(METHODS.values()),
        ),
    )
    methods = "\n".join(f"- **{name}**: {LOOK_FOR[method]}" for method, name in METHODS.items())
    explained_caption(f"{methods}\n\n{completeness_text(results['integrated-gradients'])}")
    if image.any() and not results["grad-cam"].values.any():
        explained_caption(
            _(
                "Grad-CAM is blank here: at no place does {layer} speak more for {text} than "
                "against it. Choose another layer above."
            ).format(layer=layer, text=question.text)
        )


def completeness_text(attribution: Attribution) -> str:
    """Return how far the pixels of integrated gradients add up to the difference of the scores."""
    difference = attribution.score - attribution.baseline
    return _(
        "Check of integrated gradients: all pixels add up to {sum:+.2f}. They should add up to "
        "{difference:+.2f}, the difference from a blank picture (error "
        "**{completeness_error:.2%}**, {steps:,} steps)."
    ).format(
        sum=attribution.values.sum(),
        difference=difference,
        completeness_error=attribution.completeness_error,
        steps=attribution.steps,
    )
