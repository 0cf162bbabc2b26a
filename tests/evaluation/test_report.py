"""The report: one file with every number of the page, and nothing to fetch."""

import re

import numpy as np
import pytest

from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.predictions import Answers, answers_of, digest_of, keep_logits
from mnistviz.evaluation.report import Subject, gather, html_of
from mnistviz.evaluation.robustness import RobustnessCurve
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot, latest_snapshot


def made_up(wrong: int) -> Answers:
    """Thirty test images, the first of which are read one digit too high."""
    data = load_mnist()
    labels = data.y_test[:30].copy()
    answers = labels.astype(int)
    answers[:wrong] = (answers[:wrong] + 1) % 10
    logits = 5 * np.eye(10, dtype=np.float32)[answers]
    return answers_of(LabelledSet("<mine>", data.x_test[:30], labels, "As they are."), logits)


def test_all_of_the_page_in_one_file_that_fetches_nothing() -> None:
    levels = (0.0, 0.5, 1.0)
    curve = RobustnessCurve(
        "blur", levels, np.array([[True] * 4, [True] * 3 + [False], [False] * 4])
    )
    text = html_of(
        Subject(
            registry.find_run("best"),
            7,
            made_up(3),
            0.5,
            [curve],
            {0: "wrong", 5: "ambiguous"},
            {"rival": made_up(1)},
        )
    )
    for expected in (
        "<th scope='row'>Accuracy</th><td>90.00%</td>",
        "<th scope='row'>Read wrong</th><td>3 of 30</td>",
        "30 images: &lt;mine&gt;. As they are.",
        "Temperature 0.500",
        # McNemar: two images that only the rival reads right, none the other way.
        "<th scope='row'>rival</th><td>27</td><td>0</td><td>2</td><td>1</td><td>0.5</td>",
        "<h3>Blur</h3>",
        "<th scope='row'>without wrong labels</th><td>29</td><td>2</td><td>93.10%</td>",
        "<th scope='row'>without all labels in doubt</th><td>28</td><td>2</td><td>92.86%</td>",
    ):
        assert expected in text
    # Three mistakes and two labels in doubt.
    assert len(re.findall("<img src='data:image/png;base64,", text)) == 5
    assert len(re.findall("plotly-graph-div", text)) == 4
    # The library is there once, inside.
    assert text.count("plotly.js v") == 1
    without_scripts = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)\s*=\s*['\"](?!data:)", without_scripts)
    assert not re.findall(r"<script[^>]+src", text)


@pytest.mark.parametrize("temperature", [None, 1.0])
def test_a_run_without_held_out_images_is_said_to_be_not_calibrated(
    temperature: float | None,
) -> None:
    text = html_of(Subject(registry.find_run("reference"), 0, made_up(0), temperature))
    assert ("Not calibrated" in text) == (temperature is None)
    assert "What it stands" not in text
    assert "Labels in doubt" not in text
    assert "0 of 0, the surest first" in text


def test_what_is_kept_of_a_set_goes_into_its_report() -> None:
    best, other = registry.find_run("best"), registry.find_run("reference")
    found = made_up(2)
    step = snapshots.steps_of(best)[-1]
    digest = digest_of(found.data.images)
    assert gather(Snapshot(best, step), found, None) == Subject(best, step, found, None, [], {}, {})
    keep_logits(latest_snapshot(other), digest, made_up(5).logits)
    label_issues.mark(digest, 4, "wrong")
    label_issues.mark(digest, 999, "wrong")
    subject = gather(Snapshot(best, step), found, 0.5)
    assert subject.marked == {4: "wrong"}
    assert list(subject.others or {}) == ["reference"]
    assert int((~(subject.others or {})["reference"].right).sum()) == 5
