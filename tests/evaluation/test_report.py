"""The HTML report of an evaluation: its numbers, figures and images, without other files."""

import re
from dataclasses import replace

import numpy as np
import pytest

from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.predictions import Answers, answers_of, digest_of, keep_logits
from mnistviz.evaluation.report import ReportData, report_data, report_html
from mnistviz.evaluation.robustness import RobustnessCurve
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot, latest_snapshot


def answers_with(wrong: int) -> Answers:
    """Return answers to thirty test images, the first `wrong` of them one digit too high."""
    data = load_mnist()
    labels = data.y_test[:30].copy()
    answers = labels.astype(int)
    answers[:wrong] = (answers[:wrong] + 1) % 10
    logits = 5 * np.eye(10, dtype=np.float32)[answers]
    return answers_of(LabelledSet("<mine>", data.x_test[:30], labels, "As they are."), logits)


def test_report_has_all_parts_of_the_page_and_needs_no_other_file() -> None:
    levels = (0.0, 0.5, 1.0)
    curve = RobustnessCurve(
        "blur", levels, np.array([[True] * 4, [True] * 3 + [False], [False] * 4])
    )
    text = report_html(
        ReportData(
            registry.find_run("best"),
            7,
            replace(answers_with(3), temperature=0.5),
            [curve],
            {0: "wrong", 5: "ambiguous"},
            {"rival": answers_with(1)},
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
    # Plotly.js is included once.
    assert text.count("plotly.js v") == 1
    without_scripts = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)\s*=\s*['\"](?!data:)", without_scripts)
    assert not re.findall(r"<script[^>]+src", text)


@pytest.mark.parametrize("temperature", [None, 1.0])
def test_run_without_a_temperature_is_reported_as_not_calibrated(
    temperature: float | None,
) -> None:
    answers = replace(answers_with(0), temperature=temperature)
    text = report_html(ReportData(registry.find_run("reference"), 0, answers))
    assert ("Not calibrated" in text) == (temperature is None)
    assert "How much it tolerates" not in text
    assert "Labels in doubt" not in text
    assert "0 of 0, highest probability first" in text


def test_report_data_has_the_stored_results_of_a_set() -> None:
    best, other = registry.find_run("best"), registry.find_run("reference")
    answers = answers_with(2)
    step = snapshots.steps_of(best)[-1]
    digest = digest_of(answers.data.images)
    assert report_data(Snapshot(best, step), answers) == ReportData(best, step, answers, [], {}, {})
    keep_logits(latest_snapshot(other), digest, answers_with(5).logits)
    label_issues.mark(digest, 4, "wrong")
    label_issues.mark(digest, 999, "wrong")
    report = report_data(Snapshot(best, step), answers)
    assert report.doubts == {4: "wrong"}
    assert list(report.others or {}) == ["reference"]
    assert int((~(report.others or {})["reference"].right).sum()) == 5
