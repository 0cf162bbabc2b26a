"""The hand-in of a run: its content, and the three kinds of files."""
