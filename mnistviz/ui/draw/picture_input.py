"""A picture as a source of digits, from a file or the camera: its ink, and the part to read.

Streamlit has an upload in memory, and so has this module: nothing is written to disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from streamlit.delta_generator import DeltaGenerator

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.drawing import pictures
from mnistviz.texts import _
from mnistviz.ui.draw.paste import accept_pasted_pictures
from mnistviz.ui.shared import state
from mnistviz.ui.shared.classroom.refusals import show_upload_limits
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.inputs import are_uploads_refused, show_uploads_refused
from mnistviz.ui.shared.words.explained import explained_caption

# As wide as the canvas: the answer and its bars stand beside it on a screen of 1280 pixels.
PHOTO_WIDTH = 280
NO_CAMERA = _(
    "A browser gives the camera only to pages over **https**, or on the computer that runs the "
    "page; this one comes over http from another computer. Choose a file instead: on a phone, the "
    "button below can take a photo, too."
)
NO_INK = _(
    "No ink is visible on this picture. **Crop** it to the digit, or take it again with more "
    "light or a darker pen."
)
MORE_INK = _(
    ":orange[There is more on this picture] than the framed digit. Switch on **More than one "
    "digit** to read all, or **Crop** to another one."
)
# Orange, over grey.
INK_COLOUR = (232, 89, 12)
# Left and right, top and bottom of the part that is read, in percent.
Crop = tuple[tuple[int, int], tuple[int, int]]
# Left, top, right and bottom of a digit, in pixels of the part that is read.
Box = tuple[float, float, float, float]
# The sliders of the crop, whose keys are renewed for another picture.
CROP = "crop"


@dataclass(frozen=True)
class GivenPicture:
    """A picture `(height, width, 3)`, the ink of the part that is read, its place on the page."""

    colours: ByteArray
    crop: Crop
    ink: FloatArray
    slot: DeltaGenerator

    def show(self, boxes: Sequence[Box]) -> None:
        """Show the picture with its ink and the boxes of the digits."""
        self.slot.image(
            marked_picture(self.colours, self.crop, self.ink, boxes),
            caption=_("Orange: what is taken for ink. Framed: what the network gets to see."),
            alt=_("Your picture, with its ink in orange and {count} digits framed").format(
                count=len(boxes)
            ),
        )


def given_picture(camera: bool, several: bool) -> GivenPicture | None:
    """Let a person give a picture and choose the part of it that is read.

    Without `several`, the ink is that of one digit. Raises `DrawingError` for a file that is not a
    picture.
    """
    if camera and not is_camera_allowed(st.context.url or ""):
        st.warning(NO_CAMERA)
        camera = False
    if are_uploads_refused():
        show_uploads_refused()
        return None
    colours = _upload(camera)
    if not camera:
        accept_pasted_pictures()
    if colours is None:
        st.info(_("Nothing to read yet. Dark ink on light paper or the other way round, both do."))
        return None
    slot = st.empty()
    with st.container(horizontal=True):
        crop = _pick_crop()
        st.button(
            _("Turn"),
            icon=":material/rotate_90_degrees_cw:",
            on_click=_turn,
            help=_("Turn the picture by 90° clockwise."),
        )
    ink, left_out = find_ink(cropped(colours, crop), several)
    if left_out and not several:
        explained_caption(MORE_INK)
    return GivenPicture(colours, crop, ink, slot)


def is_camera_allowed(url: str) -> bool:
    """Return whether browsers give the camera to a page: over https, or from the same computer."""
    address = urlsplit(url)
    is_local = address.hostname in (None, "localhost", "127.0.0.1", "::1")
    return address.scheme != "http" or is_local


def _pick_crop() -> Crop:
    with st.popover(_("Crop"), icon=":material/crop:", help=_("Read only a part of the picture.")):
        key = renewable_key(CROP)
        across = st.slider(_("From left to right, %"), 0, 100, (0, 100), 1, key=f"across-{key}")
        down = st.slider(_("From top to bottom, %"), 0, 100, (0, 100), 1, key=f"down-{key}")
    return across, down


def _turn() -> None:
    """Turn the picture; the part that is read is the whole of it again."""
    turned = np.rot90(st.session_state[state.PHOTO], -1)
    st.session_state[state.PHOTO] = np.ascontiguousarray(turned)
    renew(CROP)


def _upload(camera: bool) -> ByteArray | None:
    """The colours of the last picture, until another one is given or it is removed."""
    if camera:
        upload = st.camera_input(
            _("Hold one digit in front of the camera, on plain or lined paper"),
            key="camera",
            on_change=_forget,
        )
    else:
        upload = st.file_uploader(
            _("A picture: photo, scan or screenshot. Choose it, drop it, or paste it with Ctrl+V"),
            [suffix.removeprefix(".") for suffix in pictures.PICTURE_SUFFIXES],
            key="file",
            on_change=_forget,
            max_upload_size=min(
                pictures.MAX_BYTES // 1_000_000, int(st.get_option("server.maxUploadSize"))
            ),
            help=_(
                "{format_names}: at most {limits}. It stays in memory and is not written to disk."
            ).format(format_names=pictures.format_names(with_notes=True), limits=pictures.limits()),
        )
        show_upload_limits()
    if upload is not None and state.PHOTO not in st.session_state:
        st.session_state[state.PHOTO] = pictures.open_picture(upload.getvalue())
    colours: ByteArray | None = st.session_state.get(state.PHOTO)
    return colours


def _forget() -> None:
    st.session_state.pop(state.PHOTO, None)
    renew(CROP)


def cropped(colours: ByteArray, crop: Crop) -> ByteArray:
    """The part of a picture `(height, width, 3)` that is read, at least one pixel of it."""
    (top, bottom), (left, right) = (
        _pixels(share, length) for share, length in zip(crop[::-1], colours.shape[:2], strict=True)
    )
    return colours[top:bottom, left:right]


def _pixels(share: tuple[int, int], length: int) -> tuple[int, int]:
    first = min(length - 1, share[0] * length // 100)
    return first, max(first + 1, share[1] * length // 100)


@st.cache_data(max_entries=8, show_spinner=_("Looking for ink …"))
def find_ink(colours: ByteArray, several: bool) -> tuple[FloatArray, int]:
    """The ink `(height, width)` of a picture `(height, width, 3)`, and how much is left out."""
    return pictures.find_ink_and_rest(colours, several)


def marked_picture(
    colours: ByteArray, crop: Crop, ink: FloatArray, boxes: Sequence[Box]
) -> NDArray[np.uint8]:
    """The picture as RGB `(height, 280, 3)`, with its ink in orange and a box around each digit.

    `ink` and `boxes` are those of the part that is read; the rest of the picture is dimmed.
    """
    height, width = colours.shape[:2]
    zoom = PHOTO_WIDTH / width
    size = (PHOTO_WIDTH, max(1, round(height * zoom)))
    grey = Image.fromarray(colours).convert("L").resize(size)
    picture = Image.blend(grey, Image.new("L", size, 128), 0.7).convert("RGB")
    top, bottom = (round(edge * zoom) for edge in _pixels(crop[1], height))
    left, right = (round(edge * zoom) for edge in _pixels(crop[0], width))
    part = (left, top, max(left + 1, right), max(top + 1, bottom))
    inside = (part[2] - part[0], part[3] - part[1])
    bright = grey.crop(part).convert("RGB")
    mask = Image.fromarray((ink * 200).astype(np.uint8)).resize(inside)
    bright.paste(Image.new("RGB", inside, INK_COLOUR), mask=mask)
    picture.paste(bright, part[:2])
    pen = ImageDraw.Draw(picture)
    share = (inside[0] / ink.shape[1], inside[1] / ink.shape[0])
    for box in boxes:
        edges = [edge * share[n % 2] + part[n % 2] for n, edge in enumerate(box)]
        pen.rectangle(edges, outline=INK_COLOUR, width=2)
    return np.asarray(picture)
