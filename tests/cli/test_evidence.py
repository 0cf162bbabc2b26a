"""The command `evidence`: what it refuses, and what it prints of what is bundled."""

from pathlib import Path

import pytest

from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.evidence import evidence_of
from mnistviz.runs.snapshots import find
from tests.helpers.command_line import error_of, run, run_json


def test_the_card_of_a_bundled_run_is_that_of_what_is_kept_for_it() -> None:
    value = run_json("evidence", "best")
    (layer,) = value["layers"]
    snapshot = find("best")
    statistics = channel_results.STATISTICS.read(snapshot)
    ablation = channel_results.ablation_cache("conv3", "mean", 2_000).read(snapshot)
    assert statistics is not None
    assert ablation is not None
    assert (layer["layer"], layer["channels"], layer["images"]) == ("conv3", 20, 2_000)
    assert layer["accuracy"] == ablation.least_first[0]
    cards = evidence_of(statistics["conv3"], ablation)
    assert [one["verdict"] for one in layer["evidence"]] == [one.verdict for one in cards]
    assert [one["drop"] for one in layer["evidence"]] == ablation.drops.tolist()


def test_the_table_for_people_has_a_line_for_each_channel() -> None:
    lines = run("evidence", "best", "--layer", "conv3", "--layer", "conv7").splitlines()
    assert len(lines) == 2 + 20 + 2 + 10
    assert lines[0].startswith("conv3: ")
    assert " of 20 channels carry 99 % of the variance, " in lines[0]
    assert lines[22].startswith("conv7: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--layer", "conv8"],
            "layer: expected one of conv1, conv2, conv3, conv4, conv5, conv6, conv7, got 'conv8'",
        ),
        (["--off", "one"], "off: expected one of mean, zero, got 'one'"),
        (["--images", "7"], "images: expected 2000 or 10000, got 7"),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str, home: Path) -> None:
    assert str(error_of("evidence", "best", *words)) == message
    assert not home.exists()
