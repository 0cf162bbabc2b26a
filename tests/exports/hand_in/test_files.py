"""The hand-in of a run: every number is the run's, in all three kinds of files."""

import base64
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from mnistviz.core.run_spec import Parent
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.scoring import evaluate
from mnistviz.exports.hand_in import files
from mnistviz.runs import epoch_log, metadata, metrics_log, registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.run_zips import MODEL, SPEC, make_run


def markdown_of(run: Run, folder: Path) -> str:
    files.write_markdown(snapshots.latest_snapshot(run), folder / "mine.md")
    return (folder / "mine.md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows_of(text: str) -> list[list[str]]:
    """The cells of all table rows of Markdown, headers and rulers left out."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    rulers = [number for number, row in enumerate(rows) if row[0] == ":--"]
    left_out = {*rulers, *(number - 1 for number in rulers)}
    return [row for number, row in enumerate(rows) if number not in left_out]


@pytest.mark.slow
def test_score_log_and_layers_are_those_of_the_run(tmp_path: Path) -> None:
    run = registry.find_run("reference")
    text = markdown_of(run, tmp_path)
    rows = metrics_log.read(run)
    epochs = epoch_log.epochs_of(rows, run.spec.train.steps_per_epoch)
    logged = rows_of(section(text, "Training, epoch by epoch"))
    assert [(int(row[0]), row[5]) for row in logged] == [
        (epoch.epoch, f"{epoch.val_accuracy:.2%}") for epoch in epochs
    ]
    score = dict(row for row in rows_of(section(text, "Score")))
    # It validates on the test set, so every epoch reads it.
    assert score["How often the run read the test set"] == "20"
    assert score["Accuracy on the test set, in the log of the run"] == logged[-1][5]
    layers = rows_of(section(text, "The network"))
    assert [row[0] for row in layers] == [*(one.name for one in run.spec.model.layers), "total"]
    assert (layers[-1][3], layers[0][5], layers[-2][5]) == ("14,000", "3×3", "28×28")


@pytest.mark.slow
def test_confusions_are_those_of_the_network_of_the_snapshot(tmp_path: Path) -> None:
    run = registry.find_run("best")
    text = section(markdown_of(run, tmp_path), "What it confuses")
    data = load_mnist()
    result = evaluate(load(snapshots.latest_snapshot(run)), data.x_test, data.y_test)
    table = rows_of(text)
    counts = [[int(cell.replace(",", "")) for cell in row[1:]] for row in table[:10]]
    assert counts == result.confusion.tolist()
    for pair, count in table[10:]:
        label, answer = map(int, re.findall(r"\d", pair))
        assert result.confusion[label, answer] == int(count)


@pytest.mark.slow
def test_the_test_set_is_read_once_where_images_are_held_out(tmp_path: Path) -> None:
    score = dict(rows_of(section(markdown_of(registry.find_run("best"), tmp_path), "Score")))
    assert score["How often the run read the test set"] == "1"
    assert score["Accuracy on held-out images"] == "99.60%"


def test_the_approach_names_the_parent_what_was_changed_and_the_notes(tmp_path: Path) -> None:
    parent = make_run("the parent")
    train = SPEC.changed(learning_rate=0.001, epochs=5)
    fork = registry.create_run("fork", MODEL, train, "mine 2", Parent(run=parent.id, step=20))
    snapshots.write(Snapshot(fork, 0), snapshots.in_order(snapshots.read(Snapshot(parent, 20))))
    fork = metadata.annotate(fork, "Lower rate,\n<b>because</b> the loss jumped.")
    text = section(markdown_of(fork, tmp_path), "Approach")
    assert "the weights of the run the parent after 2 epochs" in text
    changed = {row[0]: row[1:] for row in rows_of(text)}
    assert changed["learning rate"] == ["0.003", "0.001"]
    assert changed["epochs"] == ["2", "5"]
    assert set(changed) == {"learning rate", "epochs", "begins from"}
    assert "> Lower rate,\n> &lt;b&gt;because&lt;/b&gt; the loss jumped." in text


def test_a_run_whose_parent_is_gone_or_that_has_no_epoch_is_told_so(tmp_path: Path) -> None:
    fork = registry.create_run("fork", MODEL, SPEC, "mine", Parent(run="gone", step=7))
    snapshots.write(
        Snapshot(fork, 0),
        snapshots.in_order(snapshots.read(snapshots.latest_snapshot(make_run("other")))),
    )
    text = markdown_of(fork, tmp_path)
    assert "another run, gone, after step 7; that run is not here any more." in text
    assert section(text, "Training, epoch by epoch").strip() == "No epoch was completed."
    assert "none yet" in section(text, "Score")


def test_pictures_of_markdown_are_beside_it(tmp_path: Path) -> None:
    text = markdown_of(make_run(), tmp_path)
    names = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert sorted([*names, "mine.md"]) == sorted(path.name for path in tmp_path.glob("mine*"))
    for name in names:
        assert Image.open(io.BytesIO((tmp_path / name).read_bytes())).format == "PNG"


@pytest.mark.slow
def test_the_page_has_the_same_content_and_needs_no_other_file(tmp_path: Path) -> None:
    run = metadata.annotate(make_run(), "a <script>alert(1)</script> note")
    text = markdown_of(run, tmp_path)
    files.write_html(snapshots.latest_snapshot(run), tmp_path / "mine.html")
    page = (tmp_path / "mine.html").read_text(encoding="utf-8")
    for title in re.findall(r"^## (.*)$", text, re.MULTILINE):
        assert f"<h2>{title}</h2>" in page
    for row in rows_of(section(text, "Score")):
        assert row[1] in page
    assert "a &lt;script&gt;alert(1)&lt;/script&gt; note" in page
    addresses = re.findall(r"<(?:img|script|link)[^>]+(?:src|href)=['\"]?([^'\" >]*)", page)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)


@pytest.mark.slow
def test_the_notebook_has_the_same_content_and_trains_at_its_end(tmp_path: Path) -> None:
    run = make_run()
    text = markdown_of(run, tmp_path)
    files.write_notebook(snapshots.latest_snapshot(run), tmp_path / "mine.ipynb")
    cells = json.loads((tmp_path / "mine.ipynb").read_text(encoding="utf-8"))["cells"]
    told = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    for title in re.findall(r"^## (.*)$", text, re.MULTILINE):
        assert any(source.startswith(f"## {title}\n") for source in told)
    for cell in cells:
        used = re.findall(r"\(attachment:([^)]+)\)", "".join(cell["source"]))
        assert sorted(used) == sorted(cell.get("attachments", {}))
        for content in cell.get("attachments", {}).values():
            raw = base64.b64decode(content["image/png"])
            assert Image.open(io.BytesIO(raw)).format == "PNG"
    code = "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "code")
    compile(code, "notebook", "exec")
    assert code.endswith("trained = train()")
