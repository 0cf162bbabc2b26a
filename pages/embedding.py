"""Map of digits: the test images as the network sees them, alike close together."""

import streamlit as st

from mnistviz.digits.data_sets.library import data_of
from mnistviz.texts import _
from mnistviz.ui.embedding.map_view import COLOURINGS, MAP, ShownImage, show_map
from mnistviz.ui.embedding.thumbnails import show_thumbnails
from mnistviz.ui.embedding.tsne_job import need_plane
from mnistviz.ui.shared import state, stored_results
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot, uses_drawing
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

LAYOUTS = {"axes": _("Principal axes"), "tsne": "t-SNE"}

snapshot = need_snapshot()
spec = snapshot.run.spec
data = data_of(spec.data)
image, image_name = chosen_image()
explained(
    _(
        "Each point is one of {count:,} test images. Images that the network finds similar lie "
        "close together."
    ).format(count=len(data.y_test))
)
explained_caption(_("Network: {snapshot}.").format(snapshot=describe(snapshot)))
with st.container(horizontal=True, vertical_alignment="bottom"):
    layout = pick(_("Layout"), LAYOUTS, "map_layout", persist_state="session")
    colouring = pick(_("Colour by"), COLOURINGS, "map_colouring", persist_state="session")
digit_map = stored_results.digit_map(snapshot)
plane = need_plane(snapshot) if layout == "tsne" else None
if uses_drawing():
    shown = ShownImage(image_name, stored_results.place(snapshot, image), None)
else:
    number = min(int(st.session_state.get(state.IMAGE) or 0), len(digit_map.places) - 1)
    shown = ShownImage(image_name, digit_map.places[number], number)
show_map(digit_map, shown, plane, colouring, spec)
explanation(
    [
        _(
            "Before its last layer, the network describes each image with **{numbers} numbers**. "
            "Images with similar numbers are similar *to the network*. The map has the {images:,} "
            "test images, which it was not trained on, with similar ones close together."
        ).format(numbers=len(digit_map.mean), images=len(data.y_test)),
        _(
            "**Principal axes** show the two directions in which the images differ most. Images "
            "that differ in another direction can lie on top of each other. **t-SNE** bends the "
            "plane so that neighbours in all the numbers stay neighbours on the map."
        ),
        _(
            "Move the **snapshot** slider in the sidebar to 0: before training, all digits are "
            "mixed. Then step through the first epoch and watch them separate. Draw a digit and "
            "choose *My drawing*: the star shows where the network puts it."
        ),
    ]
)
# Last: all images are two megabytes, and nothing waits for them.
show_thumbnails(
    MAP,
    data.x_test,
    f"test images {spec.data.sha256 if spec.data else ''}".strip(),
)
