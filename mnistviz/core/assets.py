"""Where the bundled files and the project itself are: the only module that knows."""

from pathlib import Path

# The checkout, in which `app.py`, `pages/` and the default home folder are.
PROJECT = Path(__file__).parents[2]
# Data, runs, studies and stored measurements that come with the program.
ASSETS = Path(__file__).parents[1] / "assets"
