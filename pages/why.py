"""Why this answer?: which pixels and which channels it rests on."""

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.layer_views.supported_layers import need_convolutions
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.why.channels_view import show_channels
from mnistviz.ui.why.pixels_view import show_pixels
from mnistviz.ui.why.question import pick_question

snapshot = need_snapshot()
need_convolutions(snapshot.run.spec.model)
image, image_name = chosen_image()
explained(
    _(
        "Which pixels of **{image_name}** speak for an answer, and which channels? Choose the two "
        "{kinds} to compare."
    ).format(
        image_name=image_name, kinds=_("digits") if snapshot.run.spec.data is None else _("classes")
    )
)
explained_caption(_("Network: {snapshot}.").format(snapshot=describe(snapshot)))
logits = loaded_networks.network(snapshot).logits(image[None])[0]
question = pick_question(logits, snapshot.run.spec.class_names)

st.header(_("Which pixels?"))
show_pixels(snapshot, image, image_name, question)
explanation(
    [
        _(
            "The network ends in **scores**, one for each digit or class. The highest is its "
            "answer. The **lead** is one score minus another: it decides between two of them. "
            "Percentages are no good for this: once the network is sure, they hardly change."
        ),
        _(
            "**Integrated gradients** fades the digit in from a blank picture and adds up what "
            "each pixel contributes on the way. **Occlusion** erases a small square at each place "
            "and measures how much is lost. **SmoothGrad** takes many slightly noisy copies of "
            "the image and measures what a little more ink would do. **Grad-CAM** weighs the maps "
            "of one layer by how much they matter for the score. Deep layers see large parts of "
            "the image, so it is blurred."
        ),
        _(
            "Choose another digit after *Why* to see what spoke for it: for a 7, *Why 1 and not "
            "7* shows the bar at the top in blue."
        ),
    ]
)

st.header(_("Which channels?"))
if snapshot.run.spec.model.relu_convolutions:
    show_channels(snapshot, image, question)
else:
    st.info(
        _("This network has no convolution before its scores, so no channel can be switched off.")
    )
explanation(
    [
        _(
            "Each **channel** of each layer writes one map of the image. Here each is switched "
            "off alone, and its square shows what the lead loses by that."
        ),
        _(
            "**Off** means: the channel has the same value everywhere, its average over the "
            "training images. The later layers are computed again with it. A dead channel is 0 "
            "for every image, so switching it off changes nothing."
        ),
        _(
            "The squares do not add up to the lead, because channels can replace each other. Two "
            "can each be worth little alone and much together. Switch both off to find out."
        ),
    ]
)
