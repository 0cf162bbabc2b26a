"""The paths of the bundled files and of the project itself; no other module has them."""

from pathlib import Path

# The checkout, in which `app.py`, `pages/` and the default home folder are.
PROJECT = Path(__file__).parents[2]
# Data, runs, studies and stored measurements that come with the program.
ASSETS = Path(__file__).parents[1] / "assets"
