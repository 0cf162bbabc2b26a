"""Who is in the class, with the latest run of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.charts.training.curves import thinned
from mnistviz.classroom import presence
from mnistviz.classroom.spaces import Space, list_spaces
from mnistviz.core import storage
from mnistviz.core.types.training import MetricRow
from mnistviz.digits import my_digits
from mnistviz.runs import registry
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.queue.waiting_text import spoken_time
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State, run_state
from mnistviz.texts import _
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.queue_now import queue_now

# Enough for a small chart; a browser that draws thirty of them every two seconds has to be spared.
POINTS = 40


@dataclass(frozen=True)
class Pupil:
    """A visitor: `run` is the latest run, `num_digits` counts the digits that were kept.

    `waits` says when a waiting run starts, "" where none waits.
    """

    space: Space
    is_here: bool
    num_runs: int
    num_digits: int
    run: Run | None
    state: State | None
    rows: Sequence[MetricRow]
    waits: str = ""

    @property
    def accuracy(self) -> float | None:
        """The accuracy of the latest validation of the latest run, None before it."""
        row = last_row(self.rows, "validation")
        return row.accuracy if row else None

    @property
    def points(self) -> list[tuple[float, float]]:
        """(share of the steps, accuracy while it learns) of the latest run."""
        total = self.run.spec.train.num_steps if self.run else 1
        batches = [row for row in self.rows if row.split == "batch"]
        return [(step / total, accuracy) for step, _, accuracy in thinned(batches, POINTS)]


def pupils() -> list[Pupil]:
    """Return all visitors of the class, by name."""
    here = presence.present()
    expected = queue_now().expected
    found = []
    for space in list_spaces():
        with storage.acting_in(space.home):
            runs = [run for run in registry.list_runs() if not run.bundled]
            num_digits = len(my_digits.list_digits())
        run = runs[0] if runs else None
        wait = expected.get(run.path) if run else None
        found.append(
            Pupil(
                space=space,
                is_here=space.id in here,
                num_runs=len(runs),
                num_digits=num_digits,
                run=run,
                state=run_state(run) if run else None,
                rows=run_logs.metrics(run) if run else (),
                waits=_("place {place}, in {spoken_time}").format(
                    place=wait.place, spoken_time=spoken_time(wait.start_seconds)
                )
                if wait
                else "",
            )
        )
    return found
