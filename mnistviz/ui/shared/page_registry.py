"""All pages: the file, title, icon and help of each, by section of the menu."""

from dataclasses import dataclass

import streamlit as st

from mnistviz.texts import _


@dataclass(frozen=True)
class PageEntry:
    """A page in the menu. `file` is relative to app.py, `icon` in Streamlit's notation."""

    file: str
    title: str
    icon: str
    help: str

    @property
    def name(self) -> str:
        """The name of the page in its address."""
        return self.file.removeprefix("pages/").removesuffix(".py")

    def link(self, label: str | None = None) -> None:
        """Show a link to this page."""
        st.page_link(self.file, label=label or self.title, icon=self.icon)


START = PageEntry(
    "pages/start.py",
    _("Start here"),
    ":material/rocket_launch:",
    _("Five stations, ten minutes: how a network reads, learns and fails."),
)
OVERVIEW = PageEntry(
    "pages/overview.py",
    _("Overview"),
    ":material/home:",
    _("What the network is, layer by layer, and the digits it learns from."),
)
TRAIN = PageEntry(
    "pages/train.py",
    _("Train"),
    ":material/show_chart:",
    _("Train a network and watch its loss and accuracy as it learns."),
)
DESIGN = PageEntry(
    "pages/design.py",
    _("Design"),
    ":material/construction:",
    _("Put a network together, layer by layer, under a budget of parameters."),
)
DATA_SETS = PageEntry(
    "pages/data_sets.py",
    _("Data sets"),
    ":material/dataset:",
    _("Import images of your own, with classes of your own, to train and evaluate on."),
)
FILM = PageEntry(
    "pages/film.py",
    _("Film"),
    ":material/movie:",
    _("How a network learned, snapshot by snapshot."),
)
RUNS = PageEntry(
    "pages/runs.py",
    _("Runs"),
    ":material/table_chart:",
    _("All trainings: sort, compare, name, delete, export and import them."),
)
KERNELS = PageEntry(
    "pages/kernels.py",
    _("Kernels"),
    ":material/grid_view:",
    _("Every kernel of every convolution, with its numbers."),
)
FEATURE_MAPS = PageEntry(
    "pages/feature_maps.py",
    _("Feature maps"),
    ":material/layers:",
    _("What each layer makes of one image."),
)
MICROSCOPE = PageEntry(
    "pages/microscope.py",
    _("Microscope"),
    ":material/biotech:",
    _("A convolution, number by number: move the window, change the kernel, see the map."),
)
WHY = PageEntry(
    "pages/why.py",
    _("Why this answer?"),
    ":material/help_center:",
    _("Which pixels and which channels an answer rests on."),
)
EMBEDDING = PageEntry(
    "pages/embedding.py",
    _("Map of digits"),
    ":material/scatter_plot:",
    _("The test images as the network sees them: alike lie close together."),
)
EVALUATE = PageEntry(
    "pages/evaluate.py",
    _("Evaluate"),
    ":material/fact_check:",
    _("Which images a network reads wrong, how sure it is, and how much it tolerates."),
)
CHANNELS = PageEntry(
    "pages/channels.py",
    _("How many channels?"),
    ":material/tune:",
    _("What 8/16/32 costs and reaches against 10/15/20, and a verdict by rule."),
)
DRAW = PageEntry(
    "pages/draw.py",
    _("Draw"),
    ":material/draw:",
    _("Draw a digit and see what the network reads."),
)
MY_DIGITS = PageEntry(
    "pages/my_digits.py",
    _("My digits"),
    ":material/gesture:",
    _("Your own digits: who reads them right, and a network taught on them."),
)

# The menu: the pages of each section, in order. The Overview opens at the bare address, but for a
# first visit.
SECTIONS: dict[str, tuple[PageEntry, ...]] = {
    "": (START, OVERVIEW),
    _("Train"): (TRAIN, DESIGN, DATA_SETS, FILM, RUNS),
    _("Look inside"): (KERNELS, FEATURE_MAPS, MICROSCOPE, WHY, EMBEDDING),
    _("Judge"): (EVALUATE, CHANNELS),
    _("Your hand"): (DRAW, MY_DIGITS),
}
PAGES = tuple(entry for entries in SECTIONS.values() for entry in entries)
