"""What holds for every chart, whoever draws it."""

import subprocess
import sys


def test_a_figure_is_never_made_while_pandas_is_half_imported() -> None:
    """Two threads, as two visitors of a new server: one imports pandas, one draws."""
    code = """
import threading
importing = threading.Thread(target=__import__, args=("pandas",))
importing.start()
from mnistviz.charts.training.curves import training_figure
training_figure("loss", {"batch": [(1, 2.0, 0.1)]}, [], 10, num_epochs=1)
importing.join()
import sys
sys.exit(not hasattr(sys.modules["pandas"], "Series"))
"""
    assert subprocess.call([sys.executable, "-c", code]) == 0
