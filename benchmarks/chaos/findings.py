"""The findings of a part of the chaos, and what it did."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Counts of what was done and checked; each text of the other three is a fault found.

    `lost` is what was stored and is gone, `wrong` what is there with another content, `tracebacks`
    are errors that no person should see.
    """

    done: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    peak_megabytes: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Findings") -> None:
        """Add what another part did and found."""
        self.done.update(other.done)
        self.checked.update(other.checked)
        self.lost += other.lost
        self.wrong += other.wrong
        self.tracebacks += other.tracebacks
        self.peak_megabytes |= other.peak_megabytes

    @property
    def faults(self) -> list[str]:
        """All faults found, with their kind."""
        kinds = {"lost": self.lost, "wrong": self.wrong, "traceback": self.tracebacks}
        return [f"{kind}: {text}" for kind, texts in kinds.items() for text in texts]

    def look_for_tracebacks(self, text: str, where: str) -> None:
        """Note the last lines of a log that has a traceback."""
        if "Traceback (most recent call last)" in text:
            self.tracebacks.append(f"{where}: {text[-1_500:]}")
