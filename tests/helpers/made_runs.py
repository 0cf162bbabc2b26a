"""Runs as a training leaves them, made without one."""

import json

import numpy as np

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies.generalization_gap import GAP_TRAININGS

# The runs that come with the program, in the order of every list.
BUNDLED = ("best", "reference", *(training.name for training in GAP_TRAININGS))

TEN = ModelSpec()
EIGHT = ModelSpec(channels=(8, 16, 32))
SPEC = TrainSpec(num_images=1_000, batch_size=100, held_out=1_000, epochs=2)
SMALL = TrainSpec(num_images=100, batch_size=10, held_out=100, epochs=2)


def small_run(name: str | None = None, model: ModelSpec = TEN) -> Run:
    """A new run of few images, without any weights or log."""
    return registry.create_run("reference", model, SMALL, name)


def make_run(
    name: str,
    accuracy: float = 0.9,
    model: ModelSpec = TEN,
    train: TrainSpec = SPEC,
    parent: Parent | None = None,
) -> Run:
    """A finished run whose last validation has that accuracy, and its test one point less."""
    run = registry.create_run("plain", model, train, name, parent)
    rows = []
    for epoch in range(1, train.epochs + 1):
        step = epoch * train.steps_per_epoch
        for split, value in (("batch", 0.5), ("train", 0.8), ("validation", accuracy)):
            rows.append({"step": step, "epoch": epoch, "split": split, "accuracy": value})
        if train.measure_gap:
            rows.append({"step": step, "epoch": epoch, "split": "fixed_train", "accuracy": 0.95})
    rows.append({**rows[-1], "split": "test", "accuracy": accuracy - 0.01})
    rest = {"loss": 0.25, "learning_rate": 0.003, "seconds": 61.5}
    run.metrics_file.write_text("".join(json.dumps({**row, **rest}) + "\n" for row in rows))
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 20, "total": 20})
    return run


def give_weights(run: Run, *steps: int) -> None:
    """Snapshots of a run, made up but of the right shapes."""
    shapes = [shape for layer in run.spec.model.layers for _, shape in layer.weights]
    for step in steps:
        snapshots.write(Snapshot(run, step), [np.full(shape, 0.1, np.float32) for shape in shapes])
