"""What was drawn on the canvas so far, for undo and redo: no Streamlit here."""

from dataclasses import dataclass, replace

import numpy as np

from mnistviz.digits.drawing.strokes import Strokes

# As far back as a person goes; a drawing takes a few kilobytes.
MAX_SNAPSHOTS = 200
# Pixels: the canvas tells the same drawing again with other digits behind the point.
SAME = 0.5


@dataclass(frozen=True)
class History:
    """Drawings one after the other, which of them is shown, and what the canvas said last.

    What the canvas says counts only when it is news: after an undo it goes on saying the old
    drawing until the browser has followed.
    """

    snapshots: tuple[Strokes, ...]
    position: int = 0
    said: Strokes | None = None

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
        """The history after an undo (-1) or a redo (+1), as far as there is one."""
        place = min(max(self.position + by, 0), len(self.snapshots) - 1)
        return replace(self, position=place)

    def then(self, drawn: Strokes) -> "History":
        """The history after another drawing; what could have been redone is gone."""
        kept = (*self.snapshots[: self.position + 1], drawn)[-MAX_SNAPSHOTS:]
        return replace(self, snapshots=kept, position=len(kept) - 1)

    def hears(self, drawn: Strokes) -> "History":
        """The history after the canvas has said what is on it."""
        if self.said is not None and same(drawn, self.said):
            return self
        heard = replace(self, said=drawn)
        places = [n for n, one in enumerate(self.snapshots) if same(one, drawn)]
        if places:
            # It follows an undo or a redo, ours or its own toolbar's.
            return replace(heard, position=min(places, key=lambda n: abs(n - self.position)))
        return heard.then(drawn)


def same(one: Strokes, other: Strokes) -> bool:
    """Whether two drawings have the same strokes, within half a pixel."""
    return [len(line) for line in one.strokes] == [len(line) for line in other.strokes] and all(
        np.allclose(a, b, rtol=0, atol=SAME)
        for a, b in zip(one.strokes, other.strokes, strict=True)
    )
