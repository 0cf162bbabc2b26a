"""A study on disk: which plans are trained with which seeds, and what has come out so far.

`studies/NAME/` in the home folder, or bundled. `study.json` says what is to be trained,
`trials.jsonl` has a line for each finished trial, `redundancy.jsonl` and `coverage.jsonl` one for
each network that was measured; only the process that holds `study.lock` writes them. Each trial is
a run of its own in the same home.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from mnistviz.core import storage
from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import SpecError, StudyError
from mnistviz.core.read_cache import read_once
from mnistviz.core.statistics import half_width
from mnistviz.core.types.inspection import LayerCoverage, LayerRedundancy
from mnistviz.core.types.studies import MeanCoverage, MeanRedundancy, PlanScore
from mnistviz.runs import registry
from mnistviz.studies.plans import StudySpec, Trial, written

BUNDLED_STUDIES = ASSETS / "studies"


@dataclass(frozen=True)
class TrialResult:
    """What came out of a trial. Accuracies are in [0, 1], losses in nats.

    The test set was read once, after the last epoch. `epoch_seconds` is the fastest epoch's,
    which other work on the machine disturbs least.
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
    """A study and its finished trials, with how their networks use their channels."""

    path: Path
    spec: StudySpec
    results: tuple[TrialResult, ...]
    uses: Mapping[Trial, tuple[LayerRedundancy, ...]]
    coverage: Mapping[Trial, tuple[LayerCoverage, ...]]
    bundled: bool = False

    @property
    def missing(self) -> tuple[Trial, ...]:
        """Trials that are yet to be trained."""
        done = {result.trial for result in self.results}
        return tuple(trial for trial in self.spec.trials if trial not in done)

    def accuracies(self, plans: Iterable[tuple[int, ...]]) -> dict[str, dict[int, float]]:
        """Test accuracy by seed for each of the plans that has any."""
        found: dict[str, dict[int, float]] = {}
        for plan in plans:
            by_seed = {one.seed: one.test_accuracy for one in self.results if one.plan == plan}
            if by_seed:
                found[written(plan)] = by_seed
        return found

    def score(self, plan: tuple[int, ...]) -> PlanScore | None:
        """Cost and mean accuracy of a plan, None where no trial of it is finished."""
        found = [one for one in self.results if one.plan == plan]
        if not found:
            return None
        values = np.array([one.test_accuracy for one in found])
        model = self.spec.model_of(found[0].trial)
        return PlanScore(
            plan=written(plan),
            parameters=model.parameters,
            multiply_accumulates=model.multiply_accumulates,
            count=len(found),
            mean=float(values.mean()),
            half_width=half_width(values),
            epoch_seconds=min(one.epoch_seconds for one in found),
            slowest_seconds=max(one.epoch_seconds for one in found),
        )

    def mean_uses(self, plan: tuple[int, ...]) -> list[MeanRedundancy]:
        """How a plan's networks use their channels: each layer's means over the seeds."""
        by_seed = [uses for trial, uses in self.uses.items() if trial.plan == plan]
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
        """What a layer's kernels cover, by the number of its channels, whatever the plan."""
        by_width: dict[int, list[LayerCoverage]] = {}
        for one in (one for found in self.coverage.values() for one in found):
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
        """The command that trains it again, or what is missing of it."""
        spec = self.spec
        plans = " ".join(f"--plan {','.join(map(str, plan))}" for plan in spec.plans)
        words = ["python -m mnistviz study", plans]
        if spec.widths:
            words.append(f"--widths {','.join(map(str, spec.widths))}")
        words.append(f"--seeds {','.join(map(str, spec.seeds))}")
        words.append(f"--recipe {spec.recipe} --epochs {spec.epochs} --name {spec.name}")
        return " ".join(words)


def studies_home() -> Path:
    """The folder that holds a person's studies."""
    return storage.home() / "studies"


def list_studies() -> list[Study]:
    """All studies that can be read: a person's own, newest first, then the bundled ones."""
    own = sorted(_readable(studies_home()), key=lambda one: one.spec.created, reverse=True)
    return [*own, *_readable(BUNDLED_STUDIES)]


def _readable(folder: Path) -> list[Study]:
    found = []
    for path in sorted(folder.glob("*/study.json")):
        try:
            found.append(open_study(path.parent))
        except StudyError:
            continue
    return found


def open_study(path: Path) -> Study:
    """Read the study in a folder. Raises `StudyError` when its `study.json` is damaged."""
    try:
        spec = _read_spec(path / "study.json")
    except (OSError, SpecError) as error:
        raise StudyError(f"{path.name}: study.json can't be read ({error})") from None
    bundled = path.parent == BUNDLED_STUDIES
    results, uses = _read_results(path / "trials.jsonl"), _read_uses(path / "redundancy.jsonl")
    return Study(path, spec, results, uses, _read_coverage(path / "coverage.jsonl"), bundled)


@read_once
def _read_spec(path: Path) -> StudySpec:
    return StudySpec(**storage.read_json(path))


@read_once
def _read_results(path: Path) -> tuple[TrialResult, ...]:
    """The finished trials; of two results of the same trial the first counts."""
    found: dict[Trial, TrialResult] = {}
    for record in _records(path):
        with suppress(TypeError, KeyError):
            result = TrialResult(**{**record, "plan": tuple(record["plan"])})
            found.setdefault(result.trial, result)
    return tuple(found.values())


@read_once
def _read_uses(path: Path) -> Mapping[Trial, tuple[LayerRedundancy, ...]]:
    found: dict[Trial, tuple[LayerRedundancy, ...]] = {}
    for record in _records(path):
        with suppress(TypeError, KeyError):
            trial = Trial(tuple(record["plan"]), record["seed"])
            found[trial] = tuple(
                LayerRedundancy(
                    **{
                        **one,
                        "dead": tuple(one["dead"]),
                        "twins": tuple(tuple(pair) for pair in one["twins"]),
                    }
                )
                for one in record["layers"]
            )
    return found


@read_once
def _read_coverage(path: Path) -> Mapping[Trial, tuple[LayerCoverage, ...]]:
    found: dict[Trial, tuple[LayerCoverage, ...]] = {}
    for record in _records(path):
        with suppress(TypeError, KeyError):
            trial = Trial(tuple(record["plan"]), record["seed"])
            found[trial] = tuple(
                LayerCoverage(
                    one["layer"], one["channels"], tuple(one["shares"]), tuple(one["holders"])
                )
                for one in record["layers"]
            )
    return found


def _records(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, a line each."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        # A line that is being written, or half of one whose writer was killed, is passed over.
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                found.append(record)
    return found


def create_or_extend(wanted: StudySpec) -> Study:
    """The study of that name with at least these trials, made where there is none."""
    path = studies_home() / registry.free_name(wanted.name, ())
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
    """Whether a process carries the study on."""
    return not study.bundled and storage.is_locked(study.path / "study.lock")


def stop(study: Study) -> None:
    """Ask whoever carries a study on to stop. What trains is kept, to go on from there."""
    stop_file(study).touch()


def stop_file(study: Study) -> Path:
    """Where it stands that a study is to stop."""
    return study.path / "stop"


def add_result(study: Study, result: TrialResult) -> None:
    """Note a finished trial. Only while the study's lock is held."""
    _append(study.path / "trials.jsonl", asdict(result))


def add_uses(study: Study, trial: Trial, uses: Iterable[LayerRedundancy]) -> None:
    """Note how a trial's network uses its channels. Only while the study's lock is held."""
    layers = [asdict(one) for one in uses]
    _append(study.path / "redundancy.jsonl", {**asdict(trial), "layers": layers})


def add_coverage(study: Study, trial: Trial, coverage: Iterable[LayerCoverage]) -> None:
    """Note what a trial's kernels cover. Only while the study's lock is held."""
    layers = [asdict(one) for one in coverage]
    _append(study.path / "coverage.jsonl", {**asdict(trial), "layers": layers})


def _append(file: Path, record: Mapping[str, Any]) -> None:
    torn = file.exists() and not file.read_bytes().endswith(b"\n") and file.stat().st_size
    with file.open("a", encoding="utf-8") as log:
        log.write(("\n" if torn else "") + json.dumps(record) + "\n")
