"""What the Evaluate page reads with a network: the set, and every answer, kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from mnistviz import cache
from mnistviz.data import load_mnist
from mnistviz.datasets import LabelledSet
from mnistviz.evaluation.answers import Answers, answers_of, digest_of
from mnistviz.runs import Run
from mnistviz.ui import loaders

TEST_SET = "test images"


@st.cache_resource(show_spinner=False)
def test_set() -> LabelledSet:
    """The 10,000 test images."""
    data = load_mnist()
    return LabelledSet(TEST_SET, data.x_test, data.y_test)


def is_test_set(data: LabelledSet) -> bool:
    """Whether the numbers of its images are those of the sidebar."""
    return data.name == TEST_SET


def item_of(data: LabelledSet) -> str:
    """What one image of a set is called before its number."""
    return "test image" if is_test_set(data) else "image"


@st.cache_resource(max_entries=64, show_spinner=False)
def _digest(name: str, count: int, _data: LabelledSet) -> str:
    return digest_of(_data.images)


def digest(data: LabelledSet) -> str:
    """What the images of a set are kept under."""
    # The test set never changes: it is hashed once. Others may, under the same name.
    return (
        _digest(data.name, len(data.labels), data) if is_test_set(data) else digest_of(data.images)
    )


def answers(run: Run, step: int, data: LabelledSet) -> Answers:
    """What a snapshot says of a set: read once, kept on disk and in memory."""
    logits = _logits(run.path, step, digest(data), run, data)
    return answers_of(data, logits)


@st.cache_resource(max_entries=64, show_spinner="Reading the images, once for this snapshot …")
def _logits(path: Path, step: int, name: str, _run: Run, _data: LabelledSet) -> np.ndarray:
    from mnistviz.evaluation import read

    found = cache.kept(
        _run,
        step,
        f"logits-{name}",
        lambda: {"logits": read(loaders.classifier(_run, step), _data.images)},
    )
    return found["logits"]
