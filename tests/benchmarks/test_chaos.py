"""A minute of `make chaos`, and what its checks find in a home that lost something."""

import random
from collections import Counter
from functools import partial

import pytest

from benchmarks.chaos import fuzz, stores
from benchmarks.chaos.__main__ import main
from benchmarks.chaos.findings import Findings
from benchmarks.chaos.report import report
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import label_issues
from mnistviz.runs import registry


@pytest.mark.slow
@pytest.mark.process
def test_a_minute_of_chaos_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--short"])
    said = capsys.readouterr()
    assert status == 0, said.err
    for words in (
        "resumed to their end",
        "server",
        "shared home",
        "full disk",
        "pictures",
        "made-up address",
    ):
        assert words in said.out


def written(kind: str, key: str, text: str) -> list[list[str]]:
    return [["begin", kind, key, text], ["done", kind, key, text]]


def test_the_checks_find_what_is_lost_and_what_is_wrong() -> None:
    data = load_mnist()
    kept = my_digits.save(data.x_test[0], 7)
    my_digits.save(data.x_test[1], 2)
    label_issues.mark("set-0", 1, "wrong")
    run = registry.create_run("try-out", stores.ModelSpec(), stores.TRAIN, "run-0-1")
    said = [
        *written("digit", "0-0", "7"),
        *written("digit", "0-1", "2"),
        *written("mark", "set-0/1", "wrong"),
        *written("run", "run-0-1", ""),
        ["begin", "note", "run-0-1", "5"],
    ]
    findings = Findings()
    stores.check(said, findings)
    assert findings.faults == []
    assert findings.checked == {"digits": 2, "marks": 1, "runs": 1, "notes": 1}

    my_digits.file_of(kept.id).unlink()
    my_digits.save(data.x_test[1], 3)
    label_issues.mark("set-0", 1, None)
    (run.path / "spec.json").write_text("{")
    stores.check(said, findings)
    assert [fault.partition(",")[0] for fault in findings.faults][:3] == [
        "lost: digit 0-0",
        "lost: mark set-0/1",
        "lost: run run-0-1",
    ]
    assert [fault[:17] for fault in findings.faults if "wrong: " in fault] == ["wrong: digit 0-1:"]


def damaged(raw: bytes, seed: int) -> bytes:
    return fuzz.damaged(raw, random.Random(seed))  # noqa: S311


def test_inputs_are_damaged_alike_for_a_seed() -> None:
    raw = bytes(range(256)) * 4
    one, other = (list(map(partial(damaged, raw), range(50))) for _ in range(2))
    assert one == other
    assert len(set(one)) == 50
    assert raw not in one


def test_the_report_counts_the_faults_by_kind() -> None:
    findings = Findings(done=Counter({"worker killed": 1_234}), lost=["a run"])
    lines = report(findings, seed=5, seconds=90).splitlines()
    for line in (
        "| lost | 1 |",
        "| wrong | 0 |",
        "| tracebacks | 0 |",
        "| worker killed | 1,234 |",
    ):
        assert line in lines
