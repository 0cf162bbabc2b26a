"""A run's curves as event files, which TensorBoard opens. It is an optional dependency."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnistviz.core.errors import MissingPackageError
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run


def folder_of(run: Run) -> Path:
    """The folder of a run's event files, for `tensorboard --logdir`."""
    return run.path / "tensorboard"


def need_tensorboard() -> None:
    """Raise `MissingPackageError` where TensorBoard is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingPackageError(
            "--tensorboard: expected the package tensorboard, found none; pip install tensorboard"
        )


class EventFiles:
    """Writes rows of a run's log as scalars, a folder for each split, as Keras' callback does.

    Files of an earlier writer are replaced: a resumed run is written from its start.
    """

    def __init__(self, run: Run) -> None:
        self._folder = folder_of(run)
        self._began = run.spec.created.timestamp()
        self._written: Sequence[MetricRow] = ()
        self._writers: dict[str, Any] = {}
        self._begin()

    def _begin(self) -> None:
        self.close()
        self._written = ()
        for old in self._folder.glob("*/events.out.tfevents.*"):
            old.unlink()

    def write(self, rows: Sequence[MetricRow]) -> None:
        """Write the new ones of `rows`, which are all rows of the run so far."""
        before = len(self._written)
        if tuple(rows[:before]) != tuple(self._written):
            # The run was resumed from an earlier step: later rows are written again.
            self._begin()
            before = 0
        for row in rows[before:]:
            self._write_row(row)
        self._written = rows
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Close the files. Later rows go into new ones."""
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _write_row(self, row: MetricRow) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        if row.split not in self._writers:
            self._writers[row.split] = EventFileWriter(str(self._folder / row.split))
        numbers = {"loss": row.loss, "accuracy": row.accuracy, "learning_rate": row.learning_rate}
        values = [Summary.Value(tag=tag, simple_value=number) for tag, number in numbers.items()]
        self._writers[row.split].add_event(
            Event(wall_time=self._began + row.seconds, step=row.step, summary=Summary(value=values))
        )
