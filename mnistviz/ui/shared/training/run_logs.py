"""The logs of runs and the published one, cached between reruns and shared by all sessions."""

import csv
from pathlib import Path
from typing import Any

import streamlit as st

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.training import (
    Distributions,
    MetricRow,
    MetricSplit,
    WatchedAnswers,
)
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run

PUBLISHED_LOG = ASSETS / "reference_log.csv"
# The prefix of its columns for each split.
PUBLISHED_SPLITS: dict[MetricSplit, str] = {"train": "", "validation": "val_"}


@st.cache_data
def published_log() -> tuple[MetricRow, ...]:
    """The published training log as rows; a step is an epoch."""
    rows: list[MetricRow] = []
    seconds = 0.0
    with PUBLISHED_LOG.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            epoch, rate = int(line["epoch"]), float(line["learning_rate"])
            seconds += float(line["seconds"])
            for split, prefix in PUBLISHED_SPLITS.items():
                loss, accuracy = float(line[f"{prefix}loss"]), float(line[f"{prefix}accuracy"])
                rows.append(MetricRow(epoch, epoch, split, loss, accuracy, rate, seconds))
    return tuple(rows)


@st.cache_resource(max_entries=256, show_spinner=False)
def _reader(path: Path) -> MetricsReader:
    return MetricsReader(path)


def metrics(run: Run) -> tuple[MetricRow, ...]:
    """All rows of a run so far. A poll parses only what is new, for all sessions together."""
    return _reader(run.metrics_file).poll()


def events(run: Run) -> tuple[dict[str, Any], ...]:
    """All events of a run so far: start, pauses, learning rates that a person set."""
    return _reader(run.metrics_file).events()


def distributions(run: Run) -> tuple[Distributions, ...]:
    """The distributions of weights, gradients and activations so far; empty for older runs."""
    return _reader(run.metrics_file).distributions()


def guesses(run: Run) -> tuple[WatchedAnswers, ...]:
    """The probabilities of the watched digits so far."""
    return _reader(run.metrics_file).guesses()
