"""The table of how soon a page is repainted; the looks themselves take a minute."""

from benchmarks.repaint import ACTIONS, table


def test_the_table_has_the_medians_and_the_range_of_each() -> None:
    seconds = {
        "page Kernels": [(0.4, 0.5), (0.2, 0.3), (0.3, 0.4)],
        "layer on Kernels": [(0.5, 0.6)],
        "page Draw": [(0.1, 0.2)],
    }
    lines = table({"load": 0.1, "seconds": seconds}).splitlines()
    assert lines[0] == "load of the machine before: 0.1"
    assert lines[1] == (
        f"{'page Kernels':<32} in the window 0.30 s, all of it 0.40 s, 0.30 to 0.50"
    )
    assert lines[-1] == f"{'median of all':<32} in the window 0.30 s, all of it 0.40 s"


def test_every_view_that_follows_the_image_is_looked_at() -> None:
    assert [where for what, where, _ in ACTIONS if what == "image"] == [
        "Feature maps",
        "Microscope",
        "Why this answer?",
        "Map of digits",
    ]
