"""The digits of a class: those of the visitors who have agreed to it.

A visitor agrees by a switch that is off at first (`Space.shares_digits`). Who switches it off again
takes the digits off the board; what the teacher has collected before stays with the teacher.
"""

from dataclasses import dataclass

from mnistviz.classroom.spaces import list_spaces
from mnistviz.core import storage
from mnistviz.digits import my_digits
from mnistviz.digits.my_digits import Digit


@dataclass(frozen=True)
class ClassDigit:
    """A digit and the name of the visitor who wrote it."""

    digit: Digit
    writer: str


def class_digits() -> list[ClassDigit]:
    """Return the digits of all visitors who have agreed to it, newest first."""
    found = []
    for space in list_spaces():
        if space.shares_digits:
            with storage.acting_in(space.home):
                found += [ClassDigit(digit, space.name) for digit in my_digits.list_digits()]
    return sorted(found, key=lambda one: one.digit.created, reverse=True)


def collect() -> int:
    """Copy the digits of the class to the teacher's own, and return how many are new there.

    There they can be evaluated, taught from and exported. Raises `DataError` where the teacher's
    digits are too many, and `ClassError` where the disk is full.
    """
    digits = class_digits()
    with storage.acting_in(storage.room()):
        kept = {digit.id for digit in my_digits.list_digits()}
        new = {one.digit.id: one.digit for one in digits if one.digit.id not in kept}
        my_digits.check_capacity(len(new))
        for digit in new.values():
            # Not the answers: they name runs that the teacher does not have.
            my_digits.save(digit.image, digit.label, digit.strokes)
    return len(new)
