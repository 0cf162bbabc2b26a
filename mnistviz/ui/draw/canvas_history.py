"""The history of the drawings on the canvas, for undo and redo. No Streamlit here."""

from dataclasses import dataclass, replace

import numpy as np

from mnistviz.digits.drawing.strokes import Strokes

# Older drawings are dropped; one takes a few kilobytes.
MAX_SNAPSHOTS = 200
# In pixels: the canvas reports the same drawing again with other decimals.
TOLERANCE = 0.5


@dataclass(frozen=True)
class History:
    """Drawings in their order, the index of the shown one, and the last report of the canvas.

    A report counts only if it differs from the last one: after an undo the canvas reports the old
    drawing until the browser has loaded the other one.
    """

    snapshots: tuple[Strokes, ...]
    position: int = 0
    last_report: Strokes | None = None

    @property
    def shown(self) -> Strokes:
        return self.snapshots[self.position]

    @property
    def can_undo(self) -> bool:
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        return self.position < len(self.snapshots) - 1

    def moved(self, by: int) -> "History":
        """Return the history after an undo (-1) or a redo (+1), unchanged where there is none."""
        position = min(max(self.position + by, 0), len(self.snapshots) - 1)
        return replace(self, position=position)

    def with_drawing(self, drawn: Strokes) -> "History":
        """Return the history with another drawing after the shown one; no redo is left."""
        snapshots = (*self.snapshots[: self.position + 1], drawn)[-MAX_SNAPSHOTS:]
        return replace(self, snapshots=snapshots, position=len(snapshots) - 1)

    def with_report(self, drawn: Strokes) -> "History":
        """Return the history after a report of the canvas."""
        if self.last_report is not None and same(drawn, self.last_report):
            return self
        history = replace(self, last_report=drawn)
        known = [n for n, snapshot in enumerate(self.snapshots) if same(snapshot, drawn)]
        if known:
            # The canvas follows an undo or a redo, of this page or of its own toolbar.
            return replace(history, position=min(known, key=lambda n: abs(n - self.position)))
        return history.with_drawing(drawn)


def same(first: Strokes, second: Strokes) -> bool:
    """Return whether two drawings have the same strokes, within `TOLERANCE`."""
    return [len(line) for line in first.strokes] == [len(line) for line in second.strokes] and all(
        np.allclose(a, b, rtol=0, atol=TOLERANCE)
        for a, b in zip(first.strokes, second.strokes, strict=True)
    )
