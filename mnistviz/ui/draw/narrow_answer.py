"""The answer on a phone, one line above the canvas."""

from mnistviz.texts import _

# What it reads, and the small print.
NARROW_ANSWER = "#### {} :small[{}]"
NO_ANSWER = _("No answer yet")
