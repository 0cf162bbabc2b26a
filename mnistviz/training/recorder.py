"""Connects a training with its run directory: writes its reports, reads the control file."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mnistviz.core import storage
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import Distributions, MetricRow, TrainingState, WatchedAnswers
from mnistviz.runs import checkpoints, desired_state, snapshots
from mnistviz.runs.checkpoints import Checkpoint
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.expected_time import PAUSE_SECONDS
from mnistviz.runs.queue.order import in_order
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.slots import Slot
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State, Status, read_status
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    # The loop imports TensorFlow, which a queued worker does without.
    from mnistviz.training.loop import Command

STATUS_EVERY_SECONDS = 0.5
CONTROL_EVERY_SECONDS = 0.2
# While paused: a single step should follow the click immediately.
PAUSED_CONTROL_EVERY_SECONDS = 0.05
# While paused: how often it looks whether others wait for the slot.
PAUSED_LOOK_EVERY_SECONDS = 2.0


class RunRecorder:
    """The callbacks of a training that write its run directory."""

    def __init__(self, run: Run, slot: Slot | None = None) -> None:
        """`slot` is what a long pause gives away, where others wait for it."""
        self._run, self._slot = run, slot
        self._total = run.spec.train.num_steps
        status = read_status(run)
        self._step = status.step if status else 0
        self._next_status = 0.0
        self._next_control = 0.0
        self._wanted = desired_state.DesiredState()
        # Learning rates that a person set, and those that are set again at their step.
        self._changes: list[tuple[int, float | None]] = []
        self._recorded: list[tuple[int, float | None]] = []
        self._first_step: float | None = None
        self._interrupted = False
        self._metrics = run.metrics_file.open("a", encoding="utf-8")

    @property
    def time_of_first_step(self) -> float | None:
        """The time after the first step, on the clock of `time.monotonic`; None before."""
        return self._first_step

    @property
    def was_never_interrupted(self) -> bool:
        """Whether all steps were made in this process without a pause."""
        return not self._interrupted and self._step == self._total

    def close(self) -> None:
        """Close the log. No callback may be called after that."""
        # A full disk has been reported as the reason of the end.
        with suppress(OSError):
            self._metrics.close()

    def begin(self, checkpoint: Checkpoint | None, damaged: Sequence[str], **about: Any) -> None:
        """Record the start, or that the run is resumed from a checkpoint."""
        step = checkpoint.state.step if checkpoint else 0
        self._step, self._interrupted = step, step > 0
        self._wanted = desired_state.read(self._run)
        if not self._run.metrics_file.stat().st_size:
            self.on_event("start", **about)
            return
        earlier = MetricsReader(self._run.metrics_file).events()
        self._end_incomplete_line()
        self.on_event("resume", damaged_checkpoints=list(damaged), **about)
        for later in snapshots.steps_of(self._run):
            if later > step:
                snapshots.file_of(Snapshot(self._run, later)).unlink()
        self._changes = list(checkpoint.changes) if checkpoint else []
        changes = [
            (event["step"], event["learning_rate"])
            for event in earlier
            if event["event"] == "learning_rate"
        ]
        # Rates set after the checkpoint are set again at their step, unless a new one was chosen.
        if changes and changes[-1][1] == self._wanted.learning_rate:
            self._recorded = [
                change for change in changes if change[0] >= step and change not in self._changes
            ]

    def _end_incomplete_line(self) -> None:
        """End an incomplete last line, which a killed worker may leave."""
        with self._run.metrics_file.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                self._metrics.write("\n")

    def before_step(self, step: int, settle: Callable[[], None]) -> Command:
        from mnistviz.training.loop import Command

        self._step = step
        self._read_control(CONTROL_EVERY_SECONDS)
        paused = self._must_wait(step)
        if paused:
            settle()
            self.on_event("pause")
            self._wait_for_request(step)
        if self._wanted.mode == "stop":
            self.on_event("stop")
            return Command(stop=True)
        if paused:
            self.set_state("running")
        return Command(learning_rate=self._learning_rate_at(step))

    def _wait_for_request(self, step: int) -> None:
        """Wait while paused. A long pause lets others train; then this run waits for its turn."""
        self._interrupted = True
        self.set_state("paused")
        begun = time.monotonic()
        next_look = begun + PAUSE_SECONDS
        while self._must_wait(step):
            if self._slot is not None and self._slot.is_held and time.monotonic() >= next_look:
                next_look = time.monotonic() + PAUSED_LOOK_EVERY_SECONDS
                if in_order(room_of(self._run.path.parent)):
                    self._slot.release()
                    self.on_event("slot_given_away")
            time.sleep(PAUSED_CONTROL_EVERY_SECONDS)
            self._read_control(0)
        if self._slot is not None and not self._slot.is_held and self._wanted.mode != "stop":
            tickets.take(self._run)
            self.set_state("queued")
            self._slot.wait(self._run)
            self._read_control(0)

    def _read_control(self, every: float) -> None:
        if time.monotonic() >= self._next_control:
            self._next_control = time.monotonic() + every
            self._wanted = desired_state.read(self._run)

    def _must_wait(self, step: int) -> bool:
        until = self._wanted.until_step
        waits = self._wanted.mode == "pause" or (until is not None and step >= until)
        return waits and self._wanted.mode != "stop"

    def _learning_rate_at(self, step: int) -> float | None:
        """Return the chosen rate for a step, None: that of the schedule. Changes are recorded."""
        now = self._changes[-1][1] if self._changes else None
        wanted = now
        if self._recorded:
            if self._recorded[0][0] <= step:
                wanted = self._recorded.pop(0)[1]
        else:
            wanted = self._wanted.learning_rate
        if wanted != now:
            self._changes.append((step, wanted))
            self.on_event("learning_rate", learning_rate=wanted)
        return wanted

    def on_step(self, step: int) -> None:
        self._step = step
        if self._first_step is None:
            self._first_step = time.monotonic()
        if time.monotonic() >= self._next_status:
            self.set_state("running")

    def on_row(self, row: MetricRow) -> None:
        self._append(asdict(row))

    def on_watched_answers(self, answers: WatchedAnswers) -> None:
        self._append({"event": "guesses", **asdict(answers)})

    def on_distributions(self, distributions: Distributions) -> None:
        self._append({"event": "distributions", **asdict(distributions)})

    def on_event(self, event: str, **details: Any) -> None:
        self._append({"event": event, "step": self._step, **details})

    def on_snapshot(self, step: int, weights: Sequence[FloatArray]) -> None:
        snapshots.write(Snapshot(self._run, step), weights)

    def on_checkpoint(self, state: TrainingState) -> None:
        checkpoints.write(self._run, Checkpoint(state, tuple(self._changes)))

    def set_state(self, state: State, error: str = "", *, changes_hands: bool = False) -> None:
        self._next_status = time.monotonic() + STATUS_EVERY_SECONDS
        heartbeat = datetime.now(UTC).isoformat(timespec="seconds")
        status = Status(state, self._step, self._total, error, heartbeat, changes_hands)
        storage.write_json(self._run.path / "status.json", asdict(status))

    def _append(self, record: dict[str, Any]) -> None:
        self._metrics.write(json.dumps(record) + "\n")
        self._metrics.flush()
