"""The order in which waiting runs train: short before long, and by turns of their people."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mnistviz.runs.queue import finished_log
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.tickets import Ticket, tickets
from mnistviz.runs.registry import Run

# A try-out has 15,000 images in all its epochs; the shortest other recipe has 165,000.
MOST_IMAGES_OF_A_SHORT_RUN = 20_000


def is_short(run: Run) -> bool:
    """Return whether a run is a try-out or shorter, by the images of all its epochs."""
    spec = run.spec.train
    return spec.num_trained * spec.epochs <= MOST_IMAGES_OF_A_SHORT_RUN


def in_order(room: Path, found: Sequence[Ticket] | None = None) -> list[Ticket]:
    """Return the tickets of the runs of a room that wait, the next one first.

    `found` are all tickets of the room, where they have just been read.

    A person's first run comes before anybody's second: what a person trains now and has trained in
    the last half hour counts, and what that person asked for before. Runs of the same turn are in
    the order in which they were asked for.
    """
    found = tickets(room) if found is None else found
    turns = Counter(str(entry.home) for entry in finished_log.recent(room))
    turns.update(_person(ticket) for ticket in found if ticket.state != "queued")
    order = []
    for ticket in found:
        if ticket.state == "queued":
            turn = turns[_person(ticket)]
            turns[_person(ticket)] += 1
            order.append((not is_short(ticket.run), turn, ticket.asked, ticket))
    return [ticket for *_, ticket in sorted(order, key=lambda entry: entry[:3])]


def queued_before(run: Run) -> list[Run]:
    """Return the queued runs whose turn is before that of a run, the next one first.

    A run that does not wait is after all that do.
    """
    runs = [ticket.run for ticket in in_order(room_of(run.path.parent))]
    paths = [other.path for other in runs]
    return runs[: paths.index(run.path)] if run.path in paths else runs


def _person(ticket: Ticket) -> str:
    return str(ticket.run.path.parent)
