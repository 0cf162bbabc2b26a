"""The command `evidence`: what it refuses, and what it prints of what is bundled."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mnistviz.__main__ import app
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.evidence import evidence_of
from mnistviz.runs.registry import find_run
from mnistviz.runs.snapshots import Snapshot, steps_of


def test_the_card_of_a_bundled_run_is_that_of_what_is_kept_for_it() -> None:
    done = CliRunner().invoke(app, ["evidence", "best", "--json"])
    value = json.loads(done.stdout)
    (layer,) = value["layers"]
    run = find_run("best")
    step = steps_of(run)[-1]
    moments = channel_results.STATISTICS.read(Snapshot(run, step))["conv3"]
    ablation = channel_results.ablation_cache("conv3", "mean", 2_000).read(Snapshot(run, step))
    assert ablation is not None
    assert (layer["layer"], layer["channels"], layer["images"]) == ("conv3", 20, 2_000)
    assert layer["accuracy"] == ablation.least_first[0]
    cards = evidence_of(moments, ablation)
    assert [one["verdict"] for one in layer["evidence"]] == [one.verdict for one in cards]
    assert [one["drop"] for one in layer["evidence"]] == ablation.drops.tolist()


def test_the_table_for_people_has_a_line_for_each_channel() -> None:
    done = CliRunner().invoke(app, ["evidence", "best", "--layer", "conv3", "--layer", "conv7"])
    lines = done.stdout.splitlines()
    assert len(lines) == 2 + 20 + 2 + 10
    assert lines[0].startswith("conv3: ")
    assert " of 20 channels carry 99 % of the variance, " in lines[0]
    assert lines[22].startswith("conv7: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--layer", "conv8"],
            "layer: expected one of conv1, conv2, conv3, conv4, conv5, conv6, conv7, got 'conv8'",
        ),
        (["--off", "one"], "off: expected one of mean, zero, got 'one'"),
        (["--images", "7"], "images: expected 2000 or 10000, got 7"),
    ],
)
def test_bad_input_is_refused(words: list[str], said: str, home: Path) -> None:
    done = CliRunner().invoke(app, ["evidence", "best", *words])
    assert str(done.exception) == said
    assert done.stdout == ""
    assert not home.exists()
