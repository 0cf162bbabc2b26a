"""The directory of a study: its spec and its results.

It is `studies/NAME/` in the home folder, or bundled. `study.json` has the spec, `trials.jsonl` a
line for each finished trial, `redundancy.jsonl` and `coverage.jsonl` one for each measured
network; only the process that holds `study.lock` writes them. Each trial is a run in the same
home folder.
"""

import itertools
import json
import shlex
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter

from mnistviz.core import storage
from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import RunError, SpecError, StudyError
from mnistviz.core.read_cache import read_once
from mnistviz.core.statistics import half_width
from mnistviz.core.types.inspection import LayerCoverage, LayerRedundancy
from mnistviz.core.types.studies import MeanCoverage, MeanRedundancy, PlanScore
from mnistviz.runs import registry
from mnistviz.studies.plans import WIDTH_SETTINGS, StudySpec, Trial, plan_text

BUNDLED_STUDIES = ASSETS / "studies"

T = TypeVar("T", LayerRedundancy, LayerCoverage)


@dataclass(frozen=True)
class TrialResult:
    """The result of a trial. Accuracies are in [0, 1], losses in nats.

    The test set was read once, after the last epoch. `epoch_seconds` is the fastest epoch's,
    which other work on the machine affects least.
    """

    plan: tuple[int, ...]
    seed: int
    run: str
    test_accuracy: float
    test_loss: float
    val_accuracy: float
    val_loss: float
    seconds: float
    epoch_seconds: float
    versions: Mapping[str, str]

    @property
    def trial(self) -> Trial:
        return Trial(self.plan, self.seed)


@dataclass(frozen=True)
class Study:
    """A study, its finished trials, and redundancy and coverage of their networks."""

    path: Path
    spec: StudySpec
    results: tuple[TrialResult, ...]
    redundancy: Mapping[Trial, tuple[LayerRedundancy, ...]]
    coverage: Mapping[Trial, tuple[LayerCoverage, ...]]
    bundled: bool = False

    @property
    def missing(self) -> tuple[Trial, ...]:
        """The trials without a result."""
        done = {result.trial for result in self.results}
        return tuple(trial for trial in self.spec.trials if trial not in done)

    def accuracies(self, plans: Iterable[tuple[int, ...]]) -> dict[str, dict[int, float]]:
        """Return the test accuracy by plan and seed, of the plans with a result."""
        accuracies: dict[str, dict[int, float]] = {}
        for plan in plans:
            by_seed = {one.seed: one.test_accuracy for one in self.results if one.plan == plan}
            if by_seed:
                accuracies[plan_text(plan)] = by_seed
        return accuracies

    def score(self, plan: tuple[int, ...]) -> PlanScore | None:
        """Return cost and mean accuracy of a plan, None where it has no result."""
        results = [one for one in self.results if one.plan == plan]
        if not results:
            return None
        values = np.array([one.test_accuracy for one in results])
        model = self.spec.model_of(results[0].trial)
        return PlanScore(
            plan=plan_text(plan),
            parameters=model.parameters,
            multiply_accumulates=model.multiply_accumulates,
            count=len(results),
            mean=float(values.mean()),
            half_width=half_width(values),
            epoch_seconds=min(one.epoch_seconds for one in results),
            slowest_seconds=max(one.epoch_seconds for one in results),
        )

    def mean_redundancy(self, plan: tuple[int, ...]) -> list[MeanRedundancy]:
        """Return the redundancy of each layer of a plan, as means over the seeds."""
        by_seed = [layers for trial, layers in self.redundancy.items() if trial.plan == plan]
        return [
            MeanRedundancy(
                layer=of_layer[0].layer,
                channels=of_layer[0].channels,
                count=len(of_layer),
                effective_rank=fmean(one.effective_rank for one in of_layer),
                needed_95=fmean(one.needed_95 for one in of_layer),
                needed_99=fmean(one.needed_99 for one in of_layer),
                dead=fmean(len(one.dead) for one in of_layer),
                twins=fmean(len(one.twins) for one in of_layer),
            )
            for of_layer in zip(*by_seed, strict=True)
        ]

    def mean_coverage(self, layer: str) -> list[MeanCoverage]:
        """Return the coverage of a layer's kernels for each number of channels, over all plans."""
        by_width: dict[int, list[LayerCoverage]] = {}
        for one in itertools.chain.from_iterable(self.coverage.values()):
            if one.layer == layer:
                by_width.setdefault(one.channels, []).append(one)
        means = []
        for channels, found in sorted(by_width.items()):
            holders = np.array([one.holders for one in found])
            means.append(
                MeanCoverage(
                    channels=channels,
                    count=len(found),
                    shares=tuple(np.mean([one.shares for one in found], axis=0).tolist()),
                    holders=tuple(holders.mean(axis=0).tolist()),
                    covered=tuple((holders > 0).mean(axis=0).tolist()),
                )
            )
        return means

    @property
    def command(self) -> str:
        """The command that trains the study, or its missing trials."""
        spec = self.spec
        plans = " ".join(f"--plan {','.join(map(str, plan))}" for plan in spec.plans)
        words = ["python -m mnistviz study", plans]
        swept = [layer for layer in WIDTH_SETTINGS if spec.widths_of(layer)]
        for layer in swept:
            # Without a layer, widths are those of the third.
            named = "" if swept == ["conv3"] else f"--layer {layer} "
            words.append(f"{named}--widths {','.join(map(str, spec.widths_of(layer)))}")
        words.append(f"--seeds {','.join(map(str, spec.seeds))}")
        words.append(f"--recipe {spec.recipe} --epochs {spec.epochs} --name {spec.name}")
        if spec.data:
            words.append(f"--data {shlex.quote(spec.data.name)}")
        return " ".join(words)


def studies_home() -> Path:
    """Return the folder of a person's studies."""
    return storage.home() / "studies"


def list_studies() -> list[Study]:
    """Return all readable studies: a person's own, newest first, then the bundled ones."""
    own = sorted(_readable(studies_home()), key=lambda one: one.spec.created, reverse=True)
    return [*own, *_readable(BUNDLED_STUDIES)]


def _readable(folder: Path) -> list[Study]:
    studies = []
    for path in sorted(folder.glob("*/study.json")):
        try:
            studies.append(open_study(path.parent))
        except StudyError:
            continue
    return studies


def open_study(path: Path) -> Study:
    """Return the study in a folder. Raises `StudyError` when its `study.json` is damaged."""
    try:
        spec = _read_spec(path / "study.json")
    except (OSError, SpecError) as error:
        raise StudyError(f"{path.name}: study.json can't be read ({error})") from None
    return Study(
        path,
        spec,
        _read_results(path / "trials.jsonl"),
        _read_redundancy(path / "redundancy.jsonl"),
        _read_coverage(path / "coverage.jsonl"),
        bundled=path.parent == BUNDLED_STUDIES,
    )


@read_once
def _read_spec(path: Path) -> StudySpec:
    return StudySpec(**storage.read_json(path))


@read_once
def _read_results(path: Path) -> tuple[TrialResult, ...]:
    """Return the finished trials; of two results of a trial the first is taken."""
    results: dict[Trial, TrialResult] = {}
    for record in _records(path):
        # Skip a line that is none: what is lost is trained again.
        with suppress(ValueError):
            result = _RESULTS.validate_python(record)
            results.setdefault(result.trial, result)
    return tuple(results.values())


def _read_layers(path: Path, kind: type[T]) -> Mapping[Trial, tuple[T, ...]]:
    """Return the results of all layers of each trial, as dataclasses of that kind."""
    by_trial: dict[Trial, tuple[T, ...]] = {}
    layers = TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type]
    for record in _records(path):
        with suppress(ValueError):
            trial = _TRIALS.validate_python(record)
            by_trial[trial] = layers.validate_python(record.get("layers"))
    return by_trial


_RESULTS, _TRIALS = TypeAdapter(TrialResult), TypeAdapter(Trial)
_read_redundancy = read_once(partial(_read_layers, kind=LayerRedundancy))
_read_coverage = read_once(partial(_read_layers, kind=LayerCoverage))


def _records(path: Path) -> list[dict[str, Any]]:
    """Return the JSON objects of a file, one a line."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    records = []
    for line in lines:
        # Skip an incomplete line: it is being written, or its writer was killed.
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict):
                records.append(record)
    return records


def create_or_extend(wanted: StudySpec) -> Study:
    """Return the study of that name with at least these trials; it is created if missing."""
    name = registry.free_name(wanted.name, ())
    wanted = wanted.changed(name=name)
    for trial in wanted.trials:
        # Each trial is a run, whose name is longer.
        registry.free_name(wanted.run_name(trial), ())
    if "/" in name:
        raise RunError(f"name: expected one without /, for it names a folder, got {name!r}")
    path = studies_home() / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{path}: expected a folder that can be made, got: {error}") from None
    spec = wanted
    if (path / "study.json").exists():
        spec = open_study(path).spec.extended(wanted)
    storage.write_json(path / "study.json", spec.model_dump(mode="json"))
    return open_study(path)


def is_running(study: Study) -> bool:
    """Return whether a process is running the study."""
    return not study.bundled and storage.is_locked(study.path / "study.lock")


def stop(study: Study) -> None:
    """Ask the process that runs a study to stop. Unfinished trials can be resumed."""
    stop_file(study).touch()


def stop_file(study: Study) -> Path:
    """Return the file whose existence asks a study to stop."""
    return study.path / "stop"


def add_result(study: Study, result: TrialResult) -> None:
    """Append a finished trial. The caller holds the study's lock."""
    _append(study.path / "trials.jsonl", asdict(result))


def add_redundancy(study: Study, trial: Trial, redundancy: Iterable[LayerRedundancy]) -> None:
    """Append the redundancy of a trial's network. The caller holds the study's lock."""
    layers = [asdict(one) for one in redundancy]
    _append(study.path / "redundancy.jsonl", {**asdict(trial), "layers": layers})


def add_coverage(study: Study, trial: Trial, coverage: Iterable[LayerCoverage]) -> None:
    """Append the coverage of a trial's kernels. The caller holds the study's lock."""
    layers = [asdict(one) for one in coverage]
    _append(study.path / "coverage.jsonl", {**asdict(trial), "layers": layers})


def _append(file: Path, record: Mapping[str, Any]) -> None:
    incomplete = file.exists() and not file.read_bytes().endswith(b"\n") and file.stat().st_size
    with file.open("a", encoding="utf-8") as log:
        log.write(("\n" if incomplete else "") + json.dumps(record) + "\n")
