"""The answer on a phone, one line above the canvas."""

# What it reads, and the small print.
NARROW_ANSWER = "#### {} :small[{}]"
NO_ANSWER = "No answer yet"
