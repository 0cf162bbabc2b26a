"""Checks of what people give: names, and files of other kinds than expected."""
