"""What came out of a run, in one row: read from the end of its log, and only when it grew."""

import json
from dataclasses import dataclass
from pathlib import Path

from mnistviz.core.read_cache import read_once
from mnistviz.core.types.training import MetricRow
from mnistviz.runs import registry
from mnistviz.runs.registry import Run, State

# The last validation is within the last rows of a log: an epoch writes some 200 rows of 140 bytes.
FIRST_LOOK_BYTES = 8_192
NEXT_LOOK_BYTES = 65_536


@dataclass(frozen=True)
class Outcome:
    """The last rows of a log. `last` is of any split; `seconds` is the time trained."""

    last: MetricRow | None = None
    validation: MetricRow | None = None
    test: MetricRow | None = None

    @property
    def seconds(self) -> float:
        return self.last.seconds if self.last else 0.0


@dataclass(frozen=True)
class Summary:
    """A run with its state and its results. Accuracies are in [0, 1]; unknown is None.

    `validation_accuracy` is the last one, measured where `run.spec.train.validated_on`
    says; `test_accuracy` is read once at the end, or is the last validation on the test set.
    """

    run: Run
    state: State
    epochs_done: float
    validation_accuracy: float | None
    test_accuracy: float | None
    seconds: float


def summarise(run: Run) -> Summary:
    """State and results of a run: only file stamps, while nothing has changed."""
    outcome = _read_outcome(run.metrics_file)
    spec = run.spec.train
    test = outcome.validation if spec.validated_on == "test" else outcome.test
    return Summary(
        run=run,
        state=registry.run_state(run),
        epochs_done=spec.epoch_at(outcome.last.step) if outcome.last else 0.0,
        validation_accuracy=outcome.validation.accuracy if outcome.validation else None,
        test_accuracy=test.accuracy if test else None,
        seconds=outcome.seconds,
    )


@read_once
def _read_outcome(path: Path) -> Outcome:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            look = FIRST_LOOK_BYTES
            while True:
                start = max(0, size - look)
                file.seek(start)
                found = _outcome_of(file.read(size - start), whole=start == 0)
                if start == 0 or found.validation is not None:
                    return found
                look += NEXT_LOOK_BYTES
    except OSError:
        return Outcome()


def _outcome_of(end: bytes, *, whole: bool) -> Outcome:
    """The outcome as the end of a log tells it, read backwards up to the last validation.

    What follows the last newline is not yet written, what precedes the first one is
    the rest of a line, unless this is the `whole` log.
    """
    lines = end.split(b"\n")[:-1]
    last = validation = test = None
    limit: float = float("inf")
    for line in reversed(lines if whole else lines[1:]):
        try:
            record = json.loads(line)
            if record.get("event") == "resume":
                # Rows before it with a later step were trained again.
                limit = min(limit, int(record["step"]))
            if "event" in record or record["step"] > limit:
                continue
            row = MetricRow(**record)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        last = last or row
        if row.split == "test":
            test = test or row
        if row.split == "validation":
            validation = row
            break
    return Outcome(last, validation, test)
