"""Runs to export, and their zips."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import pack
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

SPEC = TrainSpec(num_images=1_000, batch_size=100, held_out=1_000, epochs=2)
MODEL = ModelSpec(channels=(2, 3, 2))

Files = dict[str, bytes | str]


def row(step: int, split: str, seconds: float) -> dict[str, Any]:
    return {
        "step": step,
        "epoch": -(-step // 10),
        "split": split,
        "loss": 1 / 3,
        "accuracy": 0.9 + step / 1_000,
        "learning_rate": 0.0022744503,
        "seconds": seconds,
    }


def weights_of(seed: int) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    generator = np.random.default_rng(seed)
    shapes = [shape for layer in MODEL.layers for _, shape in layer.weights]
    # Not negative, because variances of batch normalizations are among them.
    return [generator.random(shape, np.float32) for shape in shapes]


def make_run(name: str = "mine") -> Run:
    """A finished run of two epochs with three snapshots; the last line of its log is incomplete."""
    run = registry.create_run("try-out", MODEL, SPEC, name)
    records = [
        {"event": "start", "step": 0, "cores": 2},
        row(10, "train", 3.0),
        row(10, "validation", 4.0),
        row(20, "train", 7.25),
        row(20, "validation", 8.5),
        row(20, "test", 9.0),
    ]
    run.metrics_file.write_text(
        "".join(json.dumps(record) + "\n" for record in records) + '{"step": 21, "ep'
    )
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 20, "total": 20})
    for step in (0, 10, 20):
        snapshots.write(Snapshot(run, step), weights_of(step))
    return metadata.annotate(run, 'a note, "quoted", ü')


def packed(run: Run, **options: Any) -> io.BytesIO:
    target = io.BytesIO()
    chosen = {"step": 20, "steps": (0, 10, 20), "with_keras": False, **options}
    pack.export(run, target, **chosen)
    return target


def files_of(source: io.BytesIO) -> Files:
    with zipfile.ZipFile(source) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(files: Mapping[str, bytes | str]) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target
