"""The on-disk cache of results: formats, damaged files, other versions, bundled results."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, result_cache, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import (
    ARRAYS,
    Codec,
    FormatError,
    ResultCache,
    array_codec,
    by_layer,
    dataclass_codec,
)
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.classes import class_mode, visitor
from tests.helpers.made_runs import give_weights, small_run


@dataclass(frozen=True, eq=False)
class Result:
    """A result with a field of each kind that can be stored."""

    layer: str
    means: NDArray[np.float32]
    count: int
    share: float
    name: str
    levels: tuple[float, ...]


RESULT = Result("conv1", np.arange(3, dtype=np.float32), 7, 0.5, "blur", (1.0, 2.5))
CODEC = dataclass_codec(Result, layer="conv1")
CACHE = ResultCache("means", CODEC)


class Computation:
    """Counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Result:
        self.calls += 1
        return RESULT


@pytest.fixture
def run() -> Run:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "mine")
    snapshots.write(Snapshot(run, 0), [np.zeros(2, np.float32)])
    snapshots.write(Snapshot(run, 5), [np.ones(2, np.float32)])
    return run


def assert_same(value: Result, expected: Result = RESULT) -> None:
    assert {name: type(field) for name, field in vars(value).items()} == {
        name: type(field) for name, field in vars(expected).items()
    }
    np.testing.assert_array_equal(value.means, expected.means)
    assert value.means.dtype == expected.means.dtype
    for name in ("layer", "count", "share", "name", "levels"):
        assert getattr(value, name) == getattr(expected, name)


def test_a_result_is_computed_once(run: Run) -> None:
    compute = Computation()
    for _ in range(3):
        assert_same(CACHE.get(Snapshot(run, 0), compute))
    assert compute.calls == 1
    assert [path.suffix for path in (storage.home() / "cache" / run.id).iterdir()] == [".npz"]


def test_every_snapshot_and_every_name_has_its_own_result(run: Run) -> None:
    compute = Computation()
    for step, name in [(0, "means"), (5, "means"), (0, "map")]:
        cache = ResultCache(name, CODEC)
        assert cache.read(Snapshot(run, step)) is None
        cache.get(Snapshot(run, step), compute)
    assert compute.calls == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut short", b"no archive at all"])
def test_a_damaged_file_is_computed_anew(run: Run, damage: bytes) -> None:
    compute = Computation()
    CACHE.get(Snapshot(run, 0), compute)
    CACHE.file_of(Snapshot(run, 0)).write_bytes(damage)
    assert_same(CACHE.get(Snapshot(run, 0), compute))
    assert compute.calls == 2
    CACHE.get(Snapshot(run, 0), compute)
    assert compute.calls == 2


@pytest.mark.parametrize(
    "arrays",
    [
        {"of": np.arange(3), "another": np.arange(3)},
        {**CODEC.encode(RESULT), "more": np.array(1)},
        {name: array for name, array in CODEC.encode(RESULT).items() if name != "count"},
        {**CODEC.encode(RESULT), "count": np.arange(2)},
    ],
)
def test_a_file_with_other_arrays_is_computed_anew(
    run: Run, arrays: dict[str, NDArray[np.generic]]
) -> None:
    result_cache.write_arrays(Snapshot(run, 0), "means", arrays)
    assert CACHE.read(Snapshot(run, 0)) is None
    assert_same(CACHE.get(Snapshot(run, 0), Computation()))
    stored = CACHE.read(Snapshot(run, 0))
    assert stored is not None
    assert_same(stored)


def test_a_file_of_another_version_is_computed_anew(run: Run) -> None:
    second = ResultCache("means", CODEC, version=2)
    CACHE.write(Snapshot(run, 0), RESULT)
    assert second.read(Snapshot(run, 0)) is None
    second.write(Snapshot(run, 0), RESULT)
    assert CACHE.read(Snapshot(run, 0)) is None
    stored = second.read(Snapshot(run, 0))
    assert stored is not None
    assert_same(stored)


def test_version_1_stores_the_fields_alone(run: Run) -> None:
    CACHE.write(Snapshot(run, 0), RESULT)
    arrays = result_cache.read_arrays(Snapshot(run, 0), "means")
    assert arrays is not None
    assert set(arrays) == {"means", "count", "share", "name", "levels"}


def test_results_by_layer_are_stored_as_layer_and_name() -> None:
    codec = by_layer(CODEC)
    arrays = codec.encode({"conv1": RESULT, "conv2": RESULT})
    assert "conv2/share" in arrays
    values = codec.decode(arrays)
    assert list(values) == ["conv1", "conv2"]
    assert_same(values["conv2"])


def test_one_array_and_named_arrays_are_stored_as_they_are() -> None:
    array = np.eye(2)
    codec: Codec[NDArray[np.float64]] = array_codec("plane")
    assert codec.decode(codec.encode(array)) is array
    with pytest.raises(FormatError):
        codec.decode({"other": array})
    assert ARRAYS.decode(ARRAYS.encode({"conv1": array}))["conv1"] is array


def test_the_result_of_replaced_weights_is_not_read(run: Run) -> None:
    CACHE.write(Snapshot(run, 0), RESULT)
    snapshots.write(Snapshot(run, 0), [np.full(2, 3, np.float32)])
    assert CACHE.read(Snapshot(run, 0)) is None


def test_in_a_home_that_cannot_be_written_to_results_are_computed_each_time(
    run: Run,
) -> None:
    (run.path.parent / "cache").write_text("no folder")
    compute = Computation()
    for _ in range(2):
        assert_same(CACHE.get(Snapshot(run, 0), compute))
    assert compute.calls == 2


def test_in_a_class_personal_results_for_bundled_runs_stay_in_the_space(home: Path) -> None:
    last = snapshots.latest_snapshot(registry.find_run("best"))
    personal = ResultCache("digits", ARRAYS, personal=True)
    everybodys = ResultCache("means", ARRAYS)
    with class_mode():
        space = visitor()
        with storage.acting_in(space.home):
            assert personal.file_of(last).is_relative_to(space.home)
            assert everybodys.file_of(last).is_relative_to(home / "cache")
            own = small_run("own")
            give_weights(own, 0)
            assert everybodys.file_of(Snapshot(own, 0)).is_relative_to(space.home)
