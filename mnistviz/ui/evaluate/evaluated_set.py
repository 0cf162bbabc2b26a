"""What the Evaluate page reads with a network: the set, and every answer, kept on disk."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.labelled_sets import LabelledSet, read_uploads
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.predictions import (
    Answers,
    answers_of,
    digest_of,
    keep_logits,
    known_logits,
)
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders

TEST_SET = "test images"
SOURCES = {"test": "Test set", "digits": "My digits", "own": "My data set"}
UPLOADED = "evaluate_uploaded"


@st.cache_resource(show_spinner=False)
def test_set() -> LabelledSet:
    """The 10,000 test images."""
    data = load_mnist()
    return LabelledSet(TEST_SET, data.x_test, data.y_test)


def is_test_set(data: LabelledSet) -> bool:
    """Whether the numbers of its images are those of the sidebar."""
    return data.images is load_mnist().x_test


def item_of(data: LabelledSet) -> str:
    """What one image of a set is called before its number."""
    return "test image" if is_test_set(data) else "image"


def describe_set(data: LabelledSet) -> str:
    """How many images of which set."""
    count = len(data.labels)
    if is_test_set(data):
        return f"{count:,} {TEST_SET}"
    return f"{count:,} {'image' if count == 1 else 'images'} of {data.name}"


def choose_set() -> LabelledSet:
    """The images that a person wants to judge by. Ends the page where there are none yet."""
    source = st.segmented_control(
        "Images",
        list(SOURCES),
        default="test",
        format_func=lambda name: SOURCES[name],
        key="evaluate_source",
        required=True,
        persist_state="session",
    )
    if source == "digits":
        if not my_digits.list_digits():
            st.info("You have kept no digits yet. Draw some, and say what they are.")
            st.page_link("pages/draw.py", label="Draw", icon=":material/draw:")
            st.stop()
        return my_digits.as_labelled_set()
    if source == "own":
        return _uploaded_set()
    return test_set()


def _uploaded_set() -> LabelledSet:
    """What a person last uploaded: it stays when they look at another page."""
    # Any name: MNIST's own files have no suffix. What is no data set is refused in words.
    uploads = st.file_uploader(
        "An npz, a pair of IDX files, or a zip of pictures in folders named 0 to 9",
        accept_multiple_files=True,
        key="evaluate_upload",
        help="Names and layouts of MNIST, Fashion-MNIST and KMNIST are known, .gz too. Nothing is "
        "written to disk but what the networks answer.",
    )
    if uploads:
        ids = tuple(upload.file_id for upload in uploads)
        kept = st.session_state.get(UPLOADED)
        if kept is None or kept[0] != ids:
            found = read_uploads([(upload.name, upload.getvalue()) for upload in uploads])
            st.session_state[UPLOADED] = (ids, found)
    if UPLOADED not in st.session_state:
        st.stop()
    data: LabelledSet = st.session_state[UPLOADED][1]
    st.caption(f"**{data.name}**: {data.how}")
    return data


@st.cache_resource(show_spinner=False)
def _test_digest() -> str:
    return digest_of(test_set().images)


def digest(data: LabelledSet) -> str:
    """What the images of a set are kept under."""
    # The test set never changes: it is hashed once.
    return _test_digest() if is_test_set(data) else digest_of(data.images)


def answers(snapshot: Snapshot, data: LabelledSet) -> Answers:
    """What a snapshot says of a set: read once, kept on disk and in memory."""
    logits = _logits(snapshot.run.path, snapshot.step, digest(data), snapshot.run, data)
    return answers_of(data, logits)


def kept_answers(snapshot: Snapshot, data: LabelledSet) -> Answers | None:
    """The same, if the snapshot has read this set before; no network is loaded."""
    logits = known_logits(snapshot, data, digest(data))
    return None if logits is None else answers_of(data, logits)


@st.cache_resource(max_entries=64, show_spinner="Reading the images, once for this snapshot …")
def _logits(path: Path, step: int, name: str, _run: Run, _data: LabelledSet) -> FloatArray:
    from mnistviz.evaluation.scoring import predict_logits

    found = known_logits(Snapshot(_run, step), _data, name)
    if found is None:
        found = predict_logits(loaders.classifier(Snapshot(_run, step)), _data.images)
        keep_logits(Snapshot(_run, step), name, found)
    return found
