"""Stored results on channels: every bundled file opens."""

import re
from pathlib import Path

import pytest

from mnistviz.core.types.inspection import REPLACEMENTS
from mnistviz.evaluation import second_look
from mnistviz.inspection.channels import channel_results
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.result_cache import BUNDLED
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.studies import training_loss

FILES = sorted(BUNDLED.glob("*/*.npz"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.name[:24]}")
def test_every_bundled_result_opens(file: Path) -> None:
    snapshot = latest_snapshot(registry.find_run(file.parent.name))
    name = file.name.partition("-step-")[0]
    if name == "moments":
        statistics = channel_results.STATISTICS.read(snapshot)
        assert statistics is not None
        assert list(statistics) == [f"conv{number}" for number in range(1, 8)]
        assert statistics["conv3"].covariance.shape == (20, 20)
    elif tuned := re.fullmatch(r"tuned-(\w+)", name):
        result = channel_results.pruning_cache(tuned[1]).read(snapshot)
        assert result is not None
        assert (result.layer, type(result.steps)) == (tuned[1], int)
        assert len(result.before) == len(result.left)
    elif name == "second-look-calibration":
        fitted = second_look.CACHE.read(snapshot)
        assert fitted is not None
        assert fitted.images == snapshot.run.spec.train.held_out
    elif name == "training-loss":
        rows = metrics_log.read(snapshot.run)
        measured = training_loss.stored(snapshot.run, rows)
        assert [row.step for row in measured] == training_loss.steps_to_measure(snapshot.run, rows)
    else:
        _, layer, replacement, images = name.split("-")
        (off,) = (one for one in REPLACEMENTS if one == replacement)
        ablation = channel_results.ablation_cache(layer, off, int(images)).read(snapshot)
        assert ablation is not None
        assert (ablation.layer, ablation.images) == (layer, int(images))
        assert 0.98 < ablation.least_first[0] <= 1
