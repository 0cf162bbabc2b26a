"""What a person wants of a run, as a file."""

import pytest

from mnistviz.core import storage
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, registry
from mnistviz.runs.desired_state import DesiredState
from mnistviz.runs.registry import Run


@pytest.fixture
def run() -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec())


def test_where_nobody_said_anything_a_run_trains_on(run: Run) -> None:
    assert desired_state.read(run) == DesiredState("run", None, None)


def test_a_wish_changes_what_it_names_and_keeps_the_rest(run: Run) -> None:
    desired_state.change(run, learning_rate=0.01)
    desired_state.change(run, mode="pause")
    desired_state.change(run, mode="run", until_step=0)
    assert desired_state.read(run) == DesiredState("run", 0, 0.01)
    assert desired_state.change(run, learning_rate=None) == DesiredState("run", 0, None)


@pytest.mark.parametrize("rate", [0.0, 0.2, -1.0, float("nan")])
def test_a_learning_rate_beyond_its_limits_is_refused_and_changes_nothing(
    run: Run, rate: float
) -> None:
    with pytest.raises(SpecError) as error:
        desired_state.change(run, mode="stop", learning_rate=rate)
    assert str(error.value) == f"learning_rate: expected 1e-06 to 0.1, got {rate:g}"
    assert desired_state.read(run) == DesiredState()


def test_junk_in_the_file_is_no_wish(run: Run) -> None:
    junk = {"mode": "dance", "until_step": "never", "learning_rate": "high"}
    storage.write_json(run.path / "control.json", junk)
    assert desired_state.read(run) == DesiredState()
