"""The results of a run: read from the end of its log, again only when it has grown."""

from dataclasses import dataclass
from pathlib import Path

from mnistviz.core.read_cache import read_once
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.metrics_log import parse_line
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State, run_state, silent_seconds

# The last validation is within the last rows of a log: an epoch writes some 200 rows of 140 bytes.
FIRST_LOOK_BYTES = 8_192
NEXT_LOOK_BYTES = 65_536


@dataclass(frozen=True)
class LastRows:
    """The last row of a log of any split, of validation and of test; `seconds` of training."""

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
    `silent_seconds` are those of an active run without a sign of life.
    """

    run: Run
    state: State
    epochs_done: float
    validation_accuracy: float | None
    test_accuracy: float | None
    seconds: float
    silent_seconds: float | None = None


def summarise(run: Run) -> Summary:
    """State and results of a run; only file stamps are read while nothing has changed."""
    rows = _read_last_rows(run.metrics_file)
    spec = run.spec.train
    test = rows.validation if spec.validated_on == "test" else rows.test
    return Summary(
        run=run,
        state=run_state(run),
        epochs_done=spec.epoch_at(rows.last.step) if rows.last else 0.0,
        validation_accuracy=rows.validation.accuracy if rows.validation else None,
        test_accuracy=test.accuracy if test else None,
        seconds=rows.seconds,
        silent_seconds=silent_seconds(run),
    )


@read_once
def _read_last_rows(path: Path) -> LastRows:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            look = FIRST_LOOK_BYTES
            while True:
                start = max(0, size - look)
                file.seek(start)
                found = _last_rows_in(file.read(size - start), whole=start == 0)
                if start == 0 or found.validation is not None:
                    return found
                look += NEXT_LOOK_BYTES
    except OSError:
        return LastRows()


def _last_rows_in(end: bytes, *, whole: bool) -> LastRows:
    """The last rows in the end of a log, read backwards up to the last validation.

    An incomplete line at the end is ignored, and so is the first line, which may be incomplete,
    unless this is the `whole` log.
    """
    lines = end.split(b"\n")[:-1]
    last = validation = test = None
    limit: float = float("inf")
    for line in reversed(lines if whole else lines[1:]):
        try:
            row = parse_line(line)
            if isinstance(row, dict):
                if row["event"] == "resume":
                    # Rows before it with a later step were trained again.
                    limit = min(limit, int(row["step"]))
                continue
        except (ValueError, TypeError, KeyError):
            continue
        if row.step > limit:
            continue
        last = last or row
        if row.split == "test":
            test = test or row
        if row.split == "validation":
            validation = row
            break
    return LastRows(last, validation, test)
