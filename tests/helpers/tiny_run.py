"""A small run that is really trained: 2/2/2 channels, 500 images, two epochs."""

import subprocess
import sys
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import find_recipe
from mnistviz.runs import registry
from mnistviz.runs.registry import Run

NAME = "tiny"
MODEL = ModelSpec(channels=(2, 2, 2), dropout=0.0)
TRAIN = find_recipe("try-out").train.changed(
    epochs=2, batch_size=10, learning_rate=0.01, num_images=500, held_out=500, seed=0
)
# In a process of its own, as TensorFlow's threads can be set only once in a process.
CODE = (
    "import sys; from mnistviz.training.worker import main; main(sys.argv[1], low_priority=False)"
)


def train_tiny_run(home: Path) -> Run:
    """Train the run in a home folder, in some seconds. It reads about three of four digits right.

    It has snapshots of eight steps up to 100, and held-out images to calibrate with.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNISTVIZ_HOME", str(home))
        run = registry.create_run("try-out", MODEL, TRAIN, NAME)
        command = [sys.executable, "-c", CODE, str(run.path)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return run
