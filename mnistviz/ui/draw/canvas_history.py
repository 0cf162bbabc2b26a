"""The history of the drawings on the canvas, for undo and redo. No Streamlit here."""

from dataclasses import dataclass, replace

import numpy as np

from mnistviz.digits.drawing.strokes import Strokes, fit_to_canvas

# Older drawings are dropped; one takes a few kilobytes.
MAX_SNAPSHOTS = 200
# In pixels: the canvas reports the same drawing again with other decimals.
TOLERANCE = 0.5


@dataclass(frozen=True)
class History:
    """Drawings in their order, the index of the shown one, and the last report of the canvas.

    A report counts only if it differs from the last one: after an undo the canvas reports the old
    drawing until the browser has loaded the other one.

    `fitted_from` is the history on a canvas of another size that these drawings were made of, None
    after a new stroke.
    """

    snapshots: tuple[Strokes, ...]
    position: int = 0
    last_report: Strokes | None = None
    fitted_from: "History | None" = None

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
        return replace(self, snapshots=snapshots, position=len(snapshots) - 1, fitted_from=None)

    def on_canvas(self, width: int, height: int) -> "History":
        """Return the history on a canvas of that size; larger drawings are scaled down.

        A phone that is turned and turned back gives the drawing its size back.
        """
        if (self.shown.width, self.shown.height) == (width, height):
            return self
        source = self.fitted_from or self
        if (source.shown.width, source.shown.height) == (width, height):
            return replace(source, position=self.position, last_report=None)
        fitted = tuple(fit_to_canvas(drawn, width, height) for drawn in source.snapshots)
        return History(fitted, self.position, fitted_from=source)

    def with_report(self, drawn: Strokes) -> "History":
        """Return the history after a report of the canvas."""
        if self.last_report is not None and same(drawn, self.last_report):
            return self
        history = replace(self, last_report=drawn)
        known = [n for n, snapshot in enumerate(self.snapshots) if same(snapshot, drawn)]
        if known:
            # The canvas follows an undo or a redo, of this page or of its own toolbar.
            return replace(history, position=min(known, key=lambda n: abs(n - self.position)))
        for step in steps_between(self.shown, drawn):
            history = history.with_drawing(step)
        return history


def steps_between(shown: Strokes, drawn: Strokes) -> list[Strokes]:
    """Return the drawings from the shown one to another, a stroke each; the last is `drawn`.

    On a slow line one report has several strokes, or the strokes after a clear.
    """
    count, common = len(drawn.strokes), 0
    while common < min(count, len(shown.strokes)) and same(
        _first(shown, common + 1), _first(drawn, common + 1)
    ):
        common += 1
    # Where strokes are gone, what is left of the shown drawing is a step, too.
    start = common if common < len(shown.strokes) else common + 1
    return [*(_first(drawn, number) for number in range(start, count)), drawn]


def _first(drawn: Strokes, count: int) -> Strokes:
    return replace(drawn, strokes=drawn.strokes[:count])


def same(first: Strokes, second: Strokes) -> bool:
    """Return whether two drawings have the same strokes, within `TOLERANCE`."""
    return [len(line) for line in first.strokes] == [len(line) for line in second.strokes] and all(
        np.allclose(a, b, rtol=0, atol=TOLERANCE)
        for a, b in zip(first.strokes, second.strokes, strict=True)
    )
