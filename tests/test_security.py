"""The claims of `SECURITY.md`: each names a test that is there; nothing leaves a space."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistviz.classroom import spaces
from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.runs import metadata, registry
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.ui.shared.training import run_logs
from tests.helpers.classes import class_mode, files_below, visitor
from tests.helpers.made_runs import make_run

SECURITY = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_claim_names_a_test_that_is_there() -> None:
    table = SECURITY.partition("## What is kept from whom")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 15
    for row in rows:
        names = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[2])
        assert names, row
        for file, name in names:
            tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
            assert name in {getattr(node, "name", "") for node in ast.walk(tree)}, (file, name)


def test_caches_of_all_sessions_have_no_ids_or_names_as_keys() -> None:
    cached = []
    for path in sorted((PROJECT / "mnistviz" / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and "st.cache_" in str(
                [ast.unparse(decorator) for decorator in node.decorator_list]
            ):
                cached += [(path.name, node.name, one.arg) for one in node.args.args]
    assert len(cached) > 20
    # Two spaces may have runs with the same id and name. The folder of a run is its own.
    keys = {"run", "run_id", "run_name", "space", "digit", "digit_id"}
    assert [found for found in cached if found[2] in keys] == []


@pytest.mark.usefixtures("in_class")
def test_two_visitors_runs_with_one_id_are_not_mixed_up() -> None:
    folders = []
    for accuracy in (0.5, 0.9):
        with storage.acting_in(visitor().home):
            run = make_run("seven", accuracy)
            same = run.path.with_name("20260101-000000-seven")
            run.path.rename(same)
            folders.append(registry.open_run(same))
    assert folders[0].id == folders[1].id
    last = [[row for row in run_logs.metrics(run) if row.split == "validation"] for run in folders]
    assert [rows[-1].accuracy for rows in last] == [0.5, 0.9]


@pytest.fixture
def in_class() -> Iterator[None]:
    with class_mode():
        yield


def paths_to(other: Path) -> list[str]:
    """Texts that would name a file of another space, or of the room, if they were paths."""
    tails = [f"spaces/{other.name}", f"spaces/{other.name}/secret-run", "teacher.secret", "shared"]
    prefixes = ("..", "../..", "../../..", "./..", "..\\..", "%2e%2e", "..%2f..", str(other.parent))
    texts = [f"{prefix}/{tail}" for prefix in prefixes for tail in tails]
    return [*texts, str(other), "..", ".", "", "/", "\0", "a/../../b", "C:\\", "~", "x" * 300]


def try_all(text: str) -> None:
    """Use a text in every place where a person may name a run, a digit or a study."""
    for action in (
        lambda: registry.find_run(text),
        lambda: metadata.find_deleted(text),
        lambda: registry.create_run("try-out", ModelSpec(), TrainSpec(), text),
        lambda: my_digits.find(text),
        lambda: my_digits.relabel(text, 3),
        lambda: my_digits.delete(text),
        lambda: my_digits.delete_permanently(text),
        lambda: my_digits.file_of(text),
        lambda: spaces.find_space(text),
        lambda: study_directory.create_or_extend(
            StudySpec(
                name=text,
                created=datetime.now(UTC),
                recipe="study",
                epochs=1,
                plans=((2, 2, 2),),
                seeds=(0,),
            )
        ),
    ):
        with suppress(MnistVizError):
            action()


@pytest.mark.usefixtures("in_class")
def test_no_name_or_id_leaves_the_space(home: Path) -> None:
    mine, other = visitor(), visitor()
    with storage.acting_in(other.home):
        run = registry.create_run("try-out", ModelSpec(), TrainSpec(), "secret run")
        run.path.rename(run.path.with_name("secret-run"))
        digit = my_digits.save(np.full((28, 28), 9, np.uint8), 9)
    outside = files_below(home)
    with storage.acting_in(mine.home):
        for text in [*paths_to(other.home), digit.id, f"../../{other.id}/digits/{digit.id}"]:
            try_all(text)
        assert all(each.name != "secret run" for each in registry.list_runs())
    after = files_below(home)
    inside = f"spaces/{mine.id}/"
    assert {name: after.get(name) for name in outside if not name.startswith(inside)} == {
        name: content for name, content in outside.items() if not name.startswith(inside)
    }
    assert not [name for name in after.keys() - outside.keys() if not name.startswith(inside)]
    assert not list(home.parent.glob("**/teacher.secret"))


@pytest.mark.usefixtures("in_class")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="./\\:~%2eaA\0 $&<", max_size=12))
def test_no_text_leaves_the_space(home: Path, text: str) -> None:
    mine = spaces.enter("0" * 32)
    before = {name for name in files_below(home) if not name.startswith(f"spaces/{mine.id}/")}
    with storage.acting_in(mine.home):
        try_all(text)
    after = {name for name in files_below(home) if not name.startswith(f"spaces/{mine.id}/")}
    assert after == before
