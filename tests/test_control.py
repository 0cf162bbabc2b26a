"""What a person wants of a run, as a file."""

import pytest

from mnistviz import control, runs
from mnistviz.control import Control
from mnistviz.errors import SpecError
from mnistviz.runs import Run
from mnistviz.spec import ModelSpec, TrainSpec


@pytest.fixture
def run() -> Run:
    return runs.create_run("reference", ModelSpec(), TrainSpec())


def test_where_nobody_said_anything_a_run_trains_on(run: Run) -> None:
    assert control.read(run) == Control("run", None, None)


def test_a_wish_changes_what_it_names_and_keeps_the_rest(run: Run) -> None:
    control.change(run, learning_rate=0.01)
    control.change(run, mode="pause")
    control.change(run, mode="run", until_step=0)
    assert control.read(run) == Control("run", 0, 0.01)
    assert control.change(run, learning_rate=None) == Control("run", 0, None)


@pytest.mark.parametrize("rate", [0.0, 0.2, -1.0, float("nan")])
def test_a_learning_rate_beyond_its_limits_is_refused_and_changes_nothing(
    run: Run, rate: float
) -> None:
    with pytest.raises(SpecError) as error:
        control.change(run, mode="stop", learning_rate=rate)
    assert str(error.value) == f"learning_rate: expected 1e-06 to 0.1, got {rate:g}"
    assert control.read(run) == Control()


def test_junk_in_the_file_is_no_wish(run: Run) -> None:
    junk = {"mode": "dance", "until_step": "never", "learning_rate": "high"}
    runs.write_json(run.path / "control.json", junk)
    assert control.read(run) == Control()
