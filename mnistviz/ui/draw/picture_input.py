"""A picture as a source of digits: a file or the camera, what was found in it, the part to read.

Streamlit keeps what is given to it in memory, and so does this: nothing is written to disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from streamlit.delta_generator import DeltaGenerator

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import pictures
from mnistviz.ui.shared import state

MEGABYTES = pictures.MAX_BYTES // 1_000_000
PICTURE_WIDTH = 320
# Orange over grey, as negative and positive weights are told apart elsewhere.
INK_COLOUR = (232, 89, 12)
# Left and right, top and bottom of the part that is read, in per cent.
Crop = tuple[tuple[int, int], tuple[int, int]]
WHOLE: Crop = ((0, 100), (0, 100))


@dataclass(frozen=True)
class Given:
    """A picture, the ink of the part that is read, and where on the page it is to be shown."""

    levels: FloatArray
    crop: Crop
    ink: FloatArray
    slot: DeltaGenerator

    def show(self, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        """Show what was found in it."""
        self.slot.image(
            found_in(self.levels, self.crop, self.ink, boxes),
            caption="Orange: what is taken for ink. Framed: what the network gets to see.",
            alt=f"Your picture, with its ink in orange and {len(boxes)} digits framed",
        )


def given_picture(camera: bool) -> Given | None:
    """Let a person give a picture and choose the part of it that is read.

    Raises `DrawingError` for what is no picture.
    """
    levels = _asked_for(camera)
    if levels is None:
        st.info("Nothing to read yet. Dark ink on light paper or the other way round, both do.")
        return None
    slot = st.empty()
    with st.popover("Crop", icon=":material/crop:", help="Read only a part of the picture."):
        crop = _pick_crop()
    return Given(levels, crop, ink_in(cropped(levels, crop)), slot)


def _asked_for(camera: bool) -> FloatArray | None:
    """The grey levels of what a person gave. It stays until another one comes or it goes."""
    if camera:
        given = st.camera_input(
            "Hold one digit in front of the camera, on plain or lined paper",
            key="camera",
            on_change=_forget,
        )
    else:
        given = st.file_uploader(
            "A picture of a digit: photo, scan or screenshot",
            [suffix.removeprefix(".") for suffix in pictures.PICTURE_SUFFIXES],
            key="file",
            on_change=_forget,
            max_upload_size=MEGABYTES,
            help=f"{pictures.format_names(with_notes=True)}: at most {pictures.limits()}. It stays "
            "in memory and is not written to disk.",
        )
    if given is not None and state.PHOTO not in st.session_state:
        st.session_state[state.PHOTO] = pictures.open_picture(given.getvalue())
    found: FloatArray | None = st.session_state.get(state.PHOTO)
    return found


def _forget() -> None:
    st.session_state.pop(state.PHOTO, None)
    st.session_state[state.PHOTO_CROPS] = st.session_state.get(state.PHOTO_CROPS, 0) + 1


def _pick_crop() -> Crop:
    """The part of the picture that is read, by two sliders that a finger can move."""
    number = st.session_state.get(state.PHOTO_CROPS, 0)
    across = st.slider("From left to right, %", 0, 100, (0, 100), 1, key=f"across-{number}")
    down = st.slider("From top to bottom, %", 0, 100, (0, 100), 1, key=f"down-{number}")
    return across, down


def cropped(levels: FloatArray, crop: Crop) -> FloatArray:
    """The part of a picture (height, width) that is read, at least one pixel of it."""
    (top, bottom), (left, right) = (
        _pixels(share, length) for share, length in zip(crop[::-1], levels.shape, strict=True)
    )
    return levels[top:bottom, left:right]


def _pixels(share: tuple[int, int], length: int) -> tuple[int, int]:
    first = min(length - 1, share[0] * length // 100)
    return first, max(first + 1, share[1] * length // 100)


@st.cache_data(max_entries=8, show_spinner="Looking for ink …")
def ink_in(levels: FloatArray) -> FloatArray:
    """Ink of a picture, kept between reruns."""
    return pictures.find_ink(levels)


def found_in(
    levels: FloatArray,
    crop: Crop,
    ink: FloatArray,
    boxes: Sequence[tuple[float, float, float, float]],
) -> NDArray[np.uint8]:
    """The picture as RGB, with the ink that was found in orange and a box around each digit.

    `ink` and `boxes` are those of the part that is read; the rest of the picture is dimmed.
    """
    height, width = levels.shape
    zoom = PICTURE_WIDTH / width
    size = (PICTURE_WIDTH, max(1, round(height * zoom)))
    grey = Image.fromarray((levels * 255).astype(np.uint8)).resize(size)
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
