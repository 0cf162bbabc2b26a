"""Checkpoints: what is kept comes back to the bit, what is damaged is passed over."""

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import TrainingState
from mnistviz.runs import checkpoints, registry
from mnistviz.runs.checkpoints import Checkpoint
from mnistviz.runs.registry import Run


@pytest.fixture
def run() -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec())


def checkpoint(step: int) -> Checkpoint:
    numbers = np.random.default_rng(step)
    state = TrainingState(
        step=step,
        seconds=0.1 + step,
        sums=(1 / 3, 17, 128, 0.1, 2, 16),
        variables=(
            numbers.normal(size=(3, 3, 1, 10)).astype(np.float32),
            np.array(step, np.int64),
            np.zeros((0,), np.float32),
        ),
    )
    return Checkpoint(state, ((3, 0.01), (step, None)))


def test_a_checkpoint_comes_back_to_the_bit(run: Run) -> None:
    written = checkpoint(7)
    checkpoints.write(run, written)
    found, damaged = checkpoints.read_last(run)
    assert found is not None
    assert damaged == []
    assert found.changes == written.changes
    assert found.state.sums == written.state.sums
    assert (found.state.step, found.state.seconds) == (7, 7.1)
    for mine, theirs in zip(found.state.variables, written.state.variables, strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs)


def test_the_last_two_are_kept(run: Run) -> None:
    for step in (5, 10, 20):
        checkpoints.write(run, checkpoint(step))
    assert [file.name for file in checkpoints.files(run)] == [
        "step-0000020.npz",
        "step-0000010.npz",
    ]
    checkpoints.discard(run)
    assert checkpoints.read_last(run) == (None, [])


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_one_is_named_and_the_one_before_taken(run: Run, damage: str) -> None:
    for step in (10, 20):
        checkpoints.write(run, checkpoint(step))
    last = checkpoints.files(run)[0]
    raw = bytearray(last.read_bytes())
    middle = raw.index(b"arr_1.npy") + 200
    raw[middle] ^= 255
    last.write_bytes(
        {"cut": raw[: len(raw) // 2], "flipped": raw, "empty": b"", "text": b"not a zip"}[damage]
    )
    found, damaged = checkpoints.read_last(run)
    assert found is not None
    assert found.state.step == 10
    assert damaged == ["step-0000020.npz"]


def test_a_half_written_one_is_none(run: Run) -> None:
    checkpoints.folder(run).mkdir()
    (checkpoints.folder(run) / "step-0000020.part").write_bytes(b"PK")
    assert checkpoints.read_last(run) == (None, [])
