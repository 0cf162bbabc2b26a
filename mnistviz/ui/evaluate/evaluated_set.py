"""The set that the Evaluate page evaluates, and the answers of networks to it, cached on disk."""

from __future__ import annotations

import functools

import streamlit as st

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits, signs
from mnistviz.digits.data_sets import evaluated, library
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.data_sets.reading import EXPECTED
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
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.classroom.refusals import is_refused, show_upload_limits
from mnistviz.ui.shared.inputs import are_uploads_refused, pick, show_uploads_refused
from mnistviz.ui.shared.page_registry import DRAW
from mnistviz.ui.shared.sidebar import chosen_run
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained_caption

UPLOAD_NOW = _("files of mine, only for now")
SOURCES = {"test": _("Test set"), "digits": _("My digits"), "own": _("My data set")}
# The key of the session's state with the ids of the uploads and their set.
UPLOADED = "evaluate_uploaded"


def test_set(spec: RunSpec | None) -> LabelledSet:
    """The test images of what a run is trained on; None: MNIST's."""
    if spec is None or spec.data is None:
        data = load_mnist()
        return LabelledSet(evaluated.TEST_SET, data.x_test, data.y_test)
    return evaluated.test_images(spec)


def is_test_set(data: LabelledSet) -> bool:
    """Whether a set is the test set, whose image numbers are those of the sidebar."""
    return data.images is data_of(chosen_run().spec.data).x_test


def item_of(data: LabelledSet) -> str:
    """The noun for one image of a set, which its number follows."""
    return _("test image") if is_test_set(data) else "image"


def describe_set(data: LabelledSet) -> str:
    """The number of images and the name of a set."""
    count = len(data.labels)
    return (
        f"{count:,} {data.name}"
        if is_test_set(data)
        else _("{images} of {name}").format(images=count_of(count, "image"), name=data.name)
    )


def choose_set(spec: RunSpec) -> LabelledSet:
    """Let a person choose the evaluated set. Stops the page where it has no images yet."""
    source = pick(_("Images"), SOURCES, key="evaluate_source", persist_state="session")
    if source == "digits":
        is_of_digits = spec.class_names == DIGIT_NAMES
        if not (my_digits.list_digits() if is_of_digits else signs.list_signs(spec.class_names)):
            st.info(
                _("You have kept no digits yet. Draw some, and say what they are.")
                if is_of_digits
                else _(
                    "You have kept no signs of these classes yet. Draw some, and say what they are."
                )
            )
            DRAW.link()
            st.stop()
        if is_of_digits:
            return my_digits.as_labelled_set()
        return signs.as_labelled_set(spec.class_names)
    return _own_set(spec) if source == "own" else test_set(spec)


def _own_set(spec: RunSpec) -> LabelledSet:
    """The test part of a data set that was imported, or of files that a person uploads now."""
    known = [about.name for about in library.all_sets()]
    if known:
        name = st.selectbox(
            _("Data set"),
            [*known, UPLOAD_NOW],
            key="evaluate_known_set",
            persist_state="session",
            help=_("Data sets that you imported on the page *Data sets*: their test part is read."),
        )
        if name != UPLOAD_NOW and (found := evaluated.known_set(name, spec.class_names)):
            explained_caption(f"**{found.name}**. {found.description}")
            return found
    return _uploaded_set(spec)


def _uploaded_set(spec: RunSpec) -> LabelledSet:
    """The set that a person uploaded last; it stays while they look at other pages."""
    if is_refused("import"):
        st.stop()
    if are_uploads_refused():
        show_uploads_refused()
        st.stop()
    # No list of suffixes: MNIST's own files have none. The reader refuses what is no data set.
    uploads = st.file_uploader(
        f"{EXPECTED[0].upper()}{EXPECTED[1:]}",
        accept_multiple_files=True,
        key="evaluate_upload",
        help=_(
            "Names and layouts of MNIST, Fashion-MNIST, KMNIST and EMNIST are known, .gz, zip and "
            "tar too. The test part is read. Nothing is written to disk but what the networks "
            "answer."
        ),
    )
    show_upload_limits()
    # The classes of the network say what the labels mean.
    ids = (*(upload.file_id for upload in uploads), *spec.class_names) if uploads else ()
    if ids and st.session_state.get(UPLOADED, (None,))[0] != ids:
        files = [(upload.name, upload.getvalue()) for upload in uploads]
        data = evaluated.read_uploads(files, spec.class_names)
        st.session_state[UPLOADED] = (ids, data)
    if UPLOADED not in st.session_state:
        st.stop()
    uploaded: LabelledSet = st.session_state[UPLOADED][1]
    if uploaded.class_names != spec.class_names:
        st.info(_("The files were read for a network with other classes: choose them again."))
        st.stop()
    explained_caption(f"**{uploaded.name}**: {uploaded.description}")
    return uploaded


@functools.cache
def _test_digest() -> str:
    return digest_of(load_mnist().x_test)


def digest(data: LabelledSet) -> str:
    """The digest of a set's images, under which results are cached."""
    # The test set never changes: it is hashed once.
    return _test_digest() if data.images is load_mnist().x_test else digest_of(data.images)


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
    show_spinner=_("Reading the images, once for this snapshot …"),
    hash_funcs={**loaded_networks.HASH_FUNCS, LabelledSet: digest},
)
def _logits(snapshot: Snapshot, data: LabelledSet) -> FloatArray:
    logits = known_logits(snapshot, data, digest(data))
    if logits is None:
        logits = loaded_networks.network(snapshot).logits(data.images)
        keep_logits(snapshot, digest(data), logits)
    return logits
