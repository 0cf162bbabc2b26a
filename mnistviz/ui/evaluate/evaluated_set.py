"""The set that the Evaluate page evaluates, and the answers of networks to it, cached on disk."""

from __future__ import annotations

import functools

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.data_set_formats import UPLOAD
from mnistviz.digits.data_set_reader import read_uploads
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.predictions import (
    Answers,
    answers_of,
    digest_of,
    keep_logits,
    known_logits,
)
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.classroom.refusals import is_refused, show_upload_limits
from mnistviz.ui.shared.inputs import are_uploads_refused, pick, show_uploads_refused
from mnistviz.ui.shared.page_registry import DRAW
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained_caption

TEST_SET = "test images"
SOURCES = {"test": "Test set", "digits": "My digits", "own": "My data set"}
# The key of the session's state with the ids of the uploads and their set.
UPLOADED = "evaluate_uploaded"


def test_set() -> LabelledSet:
    """The 10,000 test images."""
    data = load_mnist()
    return LabelledSet(TEST_SET, data.x_test, data.y_test)


def is_test_set(data: LabelledSet) -> bool:
    """Whether a set is the test set, whose image numbers are those of the sidebar."""
    return data.images is load_mnist().x_test


def item_of(data: LabelledSet) -> str:
    """The noun for one image of a set, which its number follows."""
    return "test image" if is_test_set(data) else "image"


def describe_set(data: LabelledSet) -> str:
    """The number of images and the name of a set."""
    count = len(data.labels)
    return (
        f"{count:,} {TEST_SET}"
        if is_test_set(data)
        else f"{count_of(count, 'image')} of {data.name}"
    )


def choose_set() -> LabelledSet:
    """Let a person choose the evaluated set. Stops the page where it has no images yet."""
    source = pick("Images", SOURCES, key="evaluate_source", persist_state="session")
    if source == "digits":
        if not my_digits.list_digits():
            st.info("You have kept no digits yet. Draw some, and say what they are.")
            DRAW.link()
            st.stop()
        return my_digits.as_labelled_set()
    return _uploaded_set() if source == "own" else test_set()


def _uploaded_set() -> LabelledSet:
    """The set that a person uploaded last; it stays while they look at other pages."""
    if is_refused("import"):
        st.stop()
    if are_uploads_refused():
        show_uploads_refused()
        st.stop()
    # No list of suffixes: MNIST's own files have none. The reader refuses what is no data set.
    uploads = st.file_uploader(
        f"{UPLOAD[0].upper()}{UPLOAD[1:]}",
        accept_multiple_files=True,
        key="evaluate_upload",
        help="Names and layouts of MNIST, Fashion-MNIST and KMNIST are known, .gz too. Nothing is "
        "written to disk but what the networks answer.",
    )
    show_upload_limits()
    ids = tuple(upload.file_id for upload in uploads)
    if ids and st.session_state.get(UPLOADED, (None,))[0] != ids:
        data = read_uploads([(upload.name, upload.getvalue()) for upload in uploads])
        st.session_state[UPLOADED] = (ids, data)
    if UPLOADED not in st.session_state:
        st.stop()
    uploaded: LabelledSet = st.session_state[UPLOADED][1]
    explained_caption(f"**{uploaded.name}**: {uploaded.description}")
    return uploaded


@functools.cache
def _test_digest() -> str:
    return digest_of(load_mnist().x_test)


def digest(data: LabelledSet) -> str:
    """The digest of a set's images, under which results are cached."""
    # The test set never changes: it is hashed once.
    return _test_digest() if is_test_set(data) else digest_of(data.images)


def answers(snapshot: Snapshot, data: LabelledSet) -> Answers:
    """The answers of a snapshot to a set, calibrated where they can be.

    Computed once, then cached on disk and in memory.
    """
    fitted = loaded_networks.calibration(snapshot)
    return answers_of(data, _logits(snapshot, data), None if fitted is None else fitted.temperature)


def stored_answers(snapshot: Snapshot, data: LabelledSet) -> Answers | None:
    """The answers of a snapshot to a set, not calibrated; None where none are cached on disk."""
    logits = known_logits(snapshot, data, digest(data))
    return None if logits is None else answers_of(data, logits)


@st.cache_resource(
    max_entries=64,
    show_spinner="Reading the images, once for this snapshot …",
    hash_funcs={**loaded_networks.HASH_FUNCS, LabelledSet: digest},
)
def _logits(snapshot: Snapshot, data: LabelledSet) -> FloatArray:
    logits = known_logits(snapshot, data, digest(data))
    if logits is None:
        logits = loaded_networks.network(snapshot).logits(data.images)
        keep_logits(snapshot, digest(data), logits)
    return logits
