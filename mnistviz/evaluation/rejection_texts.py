"""The wording of each verdict of the digit detector, for pages and the command line."""

from dataclasses import dataclass

from mnistviz.network.rejection import Verdict


@dataclass(frozen=True)
class VerdictTexts:
    """The texts that a person sees of a verdict.

    `{digit}` and `{probability}` are filled in by `str.format`.

    Attributes:
        heading: Heading of the answer on the Draw page.
        answer: The answer below the heading.
        detail: Small print below the answer; the whole message for a blank drawing.
        table: Cell in a table of several networks.
        badge: Badge below a digit of a number on the Draw page, empty: none.
        command_line: Answer of `mnistviz predict`.
        command_line_suffix: Follows the probability of a digit in `mnistviz predict --number`.
    """

    heading: str
    answer: str
    detail: str
    table: str
    command_line: str
    badge: str = ""
    command_line_suffix: str = ""


TEXTS: dict[Verdict, VerdictTexts] = {
    "digit": VerdictTexts(
        heading="It reads",
        answer="{digit}",
        detail="probability {probability}",
        table="digit",
        command_line="{digit} ({probability})",
    ),
    "unsure": VerdictTexts(
        heading="It is unsure",
        answer="{digit}?",
        detail="probability {probability}, in doubt",
        table="unsure",
        command_line="unsure, {digit}? ({probability})",
        badge="unsure",
        command_line_suffix=" unsure",
    ),
    "not_a_digit": VerdictTexts(
        heading="It looks like",
        answer="no digit",
        detail="closest: {digit}",
        table="not a digit",
        command_line="no digit, closest: {digit}",
        badge="a digit?",
        command_line_suffix=" maybe no digit",
    ),
    "blank": VerdictTexts(
        heading="",
        answer="",
        detail="The canvas is blank: nothing to read, so no answer.",
        table="blank",
        command_line="blank, no answer",
    ),
}
