"""Distributions of a run: from its log, or from its snapshots."""

import pytest

from mnistviz.core.types.training import Distributions
from mnistviz.inspection.distributions import distributions_of_snapshots
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.ui.train.distributions_view import Kind, missing_text, series_of

FIRST = Distributions(0, {"conv1": (0.0, 1.0)}, {}, {"conv1": (0.0, 2.0)})
SECOND = Distributions(100, {"conv1": (0.0, 3.0)}, {"conv1": (0.0, 4.0)}, {"conv1": (0.0, 5.0)})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("weights", {"conv1": [(0.0, 1.0), (0.0, 3.0)]}),
        ("gradients", {"conv1": [(0.0, 4.0)]}),
        ("activations", {"conv1": [(0.0, 2.0), (0.0, 5.0)]}),
    ],
)
def test_values_of_a_layer_are_those_of_the_steps_that_have_them(
    kind: Kind, expected: dict[str, list[tuple[float, ...]]]
) -> None:
    assert series_of([FIRST, SECOND], kind) == expected


def test_a_run_without_gradients_says_why() -> None:
    assert series_of([FIRST], "gradients") == {}
    assert "trained before they were logged" in missing_text("gradients", logged=False)
    assert "every 100 steps" in missing_text("gradients", logged=True)


def test_an_old_run_has_those_of_its_snapshots(tiny_run: Run) -> None:
    found = distributions_of_snapshots(tiny_run)
    assert [one.step for one in found] == snapshots.steps_of(tiny_run)
    weights = series_of(found, "weights")
    kernel = snapshots.read(snapshots.latest_snapshot(tiny_run))["conv1"]["kernel"]
    assert weights["conv1"][-1][-1] == pytest.approx(kernel.max(), rel=1e-3)
