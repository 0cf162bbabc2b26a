"""Sentences about the wait of a queued run."""

from collections.abc import Sequence
from pathlib import Path

from mnistviz.runs.queue.expected_time import PAUSE_SECONDS, Expected, Queue, look
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.registry import Run


def waiting_text(run: Run, queue: Queue | None = None) -> str:
    """Return what a queued run waits for, in sentences.

    `queue` is that of its room, where it was looked at a moment ago.
    """
    home = run.path.parent
    queue = look(room_of(home)) if queue is None else queue
    others = [ticket for ticket in queue.tickets if ticket.run.path != run.path]
    training = [ticket.run for ticket in others if ticket.state in ("starting", "running")]
    paused = [ticket.run for ticket in others if ticket.state == "paused"]
    expected = queue.expected.get(run.path)
    before = expected.place - 1 if expected else 0
    if not training and not paused and not before:
        return "It starts in a moment."
    sentences = []
    if training:
        sentences.append(f"{_are(training, home)} training.")
    if paused:
        sentences.append(
            f"{_are(paused, home)} paused: after {PAUSE_SECONDS:.0f} s of a pause the next one "
            "trains."
        )
    place = "This run is next" if before == 0 else _before(before)
    sentences.append(f"{place}; it starts by itself when it is its turn.")
    if expected:
        sentences.append(_times(expected))
    return " ".join(sentences)


def training_elsewhere_text(home: Path, queue: Queue | None = None) -> str:
    """Return "4 others are training." for a visitor of a class; empty where nobody else trains.

    `queue` is that of its room, where it was looked at a moment ago.
    """
    queue = look(room_of(home)) if queue is None else queue
    at_work = [one for one in queue.tickets if one.state in ("starting", "running")]
    count = sum(one.run.path.parent != home for one in at_work)
    return f"{_others(count)} training." if count else ""


def _before(count: int) -> str:
    return "1 run waits before this one" if count == 1 else f"{count} runs wait before this one"


def _are(runs: Sequence[Run], home: Path) -> str:
    """Return the names of runs with a verb; those of other people are only counted."""
    names = [run.name for run in runs if run.path.parent == home]
    if others := len(runs) - len(names):
        if not names:
            return _others(others)
        names.append(f"{others} {'other' if others == 1 else 'others'}")
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _others(count: int) -> str:
    return "1 other is" if count == 1 else f"{count} others are"


def _times(expected: Expected) -> str:
    start, end = spoken_time(expected.start_seconds), spoken_time(expected.end_seconds)
    return f"Expected: it starts in about {start} and is done in about {end}."


def spoken_time(seconds: float) -> str:
    """Return a time as a person says it: "20 s", "3 min"; within 5 s, 10 s or half a minute."""
    if seconds < 60:
        return f"{max(5, 5 * round(seconds / 5))} s"
    if seconds < 180:
        minutes, rest = divmod(10 * round(seconds / 10), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    minutes, rest = divmod(30 * round(seconds / 30), 60)
    return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes + (rest > 0)} min"
