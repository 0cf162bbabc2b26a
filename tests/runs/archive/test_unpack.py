"""Importing a run: it is complete, or an error leaves nothing behind."""

import io
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.runs import metadata, metrics_log, registry, snapshots
from mnistviz.runs.archive import unpack
from mnistviz.runs.archive.unpack import import_run
from mnistviz.runs.run_state import run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher
from tests.helpers.run_zips import Files, files_of, make_run, packed, row, zip_of

ChangedZip = Callable[[Files], io.BytesIO]


def all_below(folder: Path) -> set[Path]:
    """All files and folders except the lock."""
    return {path for path in folder.rglob("*") if path.name != "home.lock"}


def error_of(source: io.BytesIO | Path) -> str:
    """The message of an import's error; asserts that nothing is left in or near the home."""
    before = all_below(storage.home().parent)
    with pytest.raises(RunError) as error:
        import_run(source)
    assert all_below(storage.home().parent) == before
    return str(error.value)


def got(actual: str) -> str:
    return (
        f"import: expected a zip that the export of a run made, got {actual}; nothing was "
        "imported. Export the run again"
    )


# ---------------------------------------------------------------- a complete run


def test_an_imported_run_equals_the_exported_one() -> None:
    run = make_run()
    source = packed(run)
    shutil.rmtree(run.path)
    imported = import_run(source)
    assert imported.name_before is None
    found = imported.run
    assert (found.name, found.note, found.spec) == (run.name, run.note, run.spec)
    assert registry.find_run("mine") == found
    assert run_state(found) == "finished"
    assert snapshots.steps_of(found) == [0, 10, 20]
    # Exporting it again gives the same bytes.
    assert files_of(packed(found)) == files_of(source)


def test_an_existing_run_is_imported_with_another_id_and_name() -> None:
    run = make_run()
    imported = import_run(packed(run))
    assert (imported.run.name, imported.name_before) == ("mine-2", "mine")
    assert imported.run.id != run.id
    assert import_run(packed(run)).run.name == "mine-3"
    assert metrics_log.read(imported.run) == metrics_log.read(run)


def test_a_run_that_macos_or_windows_packed_again_is_complete() -> None:
    run = make_run()
    files = files_of(packed(run))
    macos = {f"best/{name}": content for name, content in files.items()}
    windows = {f"best\\{name}".replace("/", "\\"): content for name, content in files.items()}
    for again in (
        {"best/": "", **macos, "__MACOSX/best/._spec.json": "x", "best/.DS_Store": "x"},
        {**windows, "best\\Thumbs.db": "x"},
    ):
        imported = import_run(zip_of(again)).run
        assert snapshots.steps_of(imported) == [0, 10, 20]
        assert metrics_log.read(imported) == metrics_log.read(run)


def test_a_file_of_another_kind_is_named() -> None:
    model = zip_of({"metadata.json": "{}", "config.json": "{}", "model.weights.h5": "x"})
    for source in (model, io.BytesIO(b"\x89HDF\r\n\x1a\n")):
        assert error_of(source) == (
            "import: expected a zip that the export of a run made, got a Keras model; nothing was "
            "imported. Import it on the Runs page, or with `runs import`"
        )
    digits = zip_of({"my-digits.npz": "x", "digits.json": "{}"})
    assert "got an export of My digits; nothing was imported. Import it on" in error_of(digits)


def test_a_spec_with_a_byte_order_mark_is_read() -> None:
    files = files_of(packed(make_run()))
    spec = files["spec.json"]
    assert isinstance(spec, bytes)
    assert import_run(zip_of({**files, "spec.json": b"\xef\xbb\xbf" + spec})).run.name == "mine-2"


def test_a_running_run_is_imported_as_stopped() -> None:
    run = make_run()
    storage.write_json(run.path / "status.json", {"state": "running", "step": 20})
    assert run_state(import_run(packed(run)).run) == "stopped"


def test_a_bundled_run_can_be_imported(tmp_path: Path) -> None:
    reference = registry.find_run("reference")
    with (tmp_path / "reference.zip").open("wb") as file:
        file.write(packed(reference, step=9380, steps=(0, 9380)).getvalue())
    imported = import_run(tmp_path / "reference.zip")
    assert (imported.run.name, imported.run.bundled) == ("reference-2", False)
    for layer, arrays in snapshots.read(Snapshot(reference, 9380)).items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(
                snapshots.read(Snapshot(imported.run, 9380))[layer][name], array
            )


def test_an_imported_run_can_be_forked_but_not_resumed_whatever_it_is_called() -> None:
    run = make_run()
    storage.write_json(run.path / "status.json", {"state": "stopped"})
    imported = metadata.rename(import_run(packed(run)).run, "other")
    assert imported.imported
    with pytest.raises(RunError) as error:
        launcher.resume(imported)
    assert str(error.value) == ("other was imported without its checkpoints; fork it: --from other")


def test_events_of_a_training_come_along(changed_zip: ChangedZip) -> None:
    events = [
        {"event": "start", "step": 0, "cores": 2},
        {"event": "guesses", "step": 5, "digits": [7, 2], "probabilities": [0.5, 1.0]},
        {"event": "learning_rate", "step": 6, "learning_rate": 0.001},
        {"event": "learning_rate", "step": 7, "learning_rate": None},
    ]
    log = "".join(json.dumps(event) + "\n" for event in events)
    assert import_run(changed_zip({"metrics.jsonl": log})).run.metrics_file.read_text() == log


def test_a_zip_of_the_spec_alone_is_a_run_without_weights(changed_zip: ChangedZip) -> None:
    spec = files_of(changed_zip({}))["spec.json"]
    imported = import_run(zip_of({"spec.json": spec}))
    assert imported.run.name == "imported"
    assert run_state(imported.run) == "stopped"
    assert snapshots.steps_of(imported.run) == []


def test_files_for_other_programs_are_not_read(changed_zip: ChangedZip) -> None:
    made_to_harm = {"model.keras": b"\x80\x04cos\nsystem\n", "weights.npz": "x", "log.csv": "=1+1"}
    imported = import_run(changed_zip(made_to_harm))
    names = {path.name for path in imported.run.path.iterdir()}
    assert names == {"spec.json", "label.json", "status.json", "metrics.jsonl", "snapshots"}


def test_a_folder_entry_of_another_program_is_accepted(changed_zip: ChangedZip) -> None:
    assert import_run(changed_zip({"snapshots/": ""})).run.name == "exported-2"


def test_lines_that_do_not_parse_are_omitted(changed_zip: ChangedZip) -> None:
    good = json.dumps(row(10, "validation", 1.0))
    odd = '{"step": 3, "sp\n[1]\n' + "[" * 30_000 + f"\n\n{good}\n"
    run = import_run(changed_zip({"metrics.jsonl": odd})).run
    assert run.metrics_file.read_text() == good + "\n"


def test_a_loss_may_be_nan(changed_zip: ChangedZip) -> None:
    lost = json.dumps({**row(10, "batch", 1.0), "loss": float("nan")})
    (found,) = metrics_log.read(import_run(changed_zip({"metrics.jsonl": lost})).run)
    assert np.isnan(found.loss)


def test_folders_of_killed_imports_are_removed(changed_zip: ChangedZip, home: Path) -> None:
    source = changed_zip({})
    old, new = home / ".import-old", home / ".import-new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    import_run(source)
    assert not old.exists()
    assert new.exists()


# ---------------------------------------------------------------- names and kinds


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/etc/evil",
        "..\\evil",
        "C:\\evil",
        "snapshots/../../evil.npz",
        "snapshots/step-0000001.npz/..",
        "snapshots/step-1.npz",
        "snapshots/step-٠٠٠٠٠٠١.npz",
        "./spec.json",
        "spec.json/",
        "SPEC.JSON",
        "control.json",
        "worker.lock",
        "checkpoints/latest",
        "mnistviz/__init__.py",
        "spec.json\x00.txt",
    ],
)
def test_a_file_of_another_name_raises_an_error(name: str, changed_zip: ChangedZip) -> None:
    source = changed_zip({})
    with zipfile.ZipFile(source, "a") as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = entry.orig_filename = name
        archive.writestr(entry, "evil")
    if "\x00" in name:
        # Python writes no such name: put it into the bytes.
        raw = source.getvalue().replace(b"spec.json\x00", b"spec.json.")
        source = io.BytesIO(raw.replace(b"spec.json..txt", b"spec.json\x00.txt"))
    message = error_of(source)
    assert message == got(f"the file {name!r} in it")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_a_link_or_a_device_raises_an_error(kind: int, changed_zip: ChangedZip) -> None:
    files = files_of(changed_zip({}))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (kind if name == "metrics.jsonl" else stat.S_IFREG) << 16
            archive.writestr(entry, "/etc/passwd" if name == "metrics.jsonl" else content)
    assert error_of(target) == got("metrics.jsonl as a link or a device")


def test_a_folder_that_is_a_link_raises_an_error(changed_zip: ChangedZip) -> None:
    source = changed_zip({})
    with zipfile.ZipFile(source, "a") as archive:
        entry = zipfile.ZipInfo("snapshots/")
        entry.external_attr = stat.S_IFLNK << 16
        archive.writestr(entry, "/tmp")  # noqa: S108
    assert error_of(source) == got("the file 'snapshots/' in it")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_file_twice_raises_an_error(changed_zip: ChangedZip) -> None:
    source = changed_zip({})
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("spec.json", "{}")
    assert error_of(source) == got("spec.json twice")


def test_an_encrypted_file_raises_an_error(changed_zip: ChangedZip) -> None:
    raw = bytearray(changed_zip({}).getvalue())
    # The flags of the last entry in the list at the end.
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    assert error_of(io.BytesIO(raw)).endswith("under a password; nothing was imported. "
                                             "Export the run again")  # fmt: skip


# ---------------------------------------------------------------- sizes


def test_a_large_compression_ratio_raises_an_error(changed_zip: ChangedZip) -> None:
    assert error_of(changed_zip({"metrics.jsonl": b"\n" * 30_000_000})) == got(
        "metrics.jsonl, which unpacks to over 200 times its size"
    )


def test_a_header_with_too_small_a_size_raises_an_error(changed_zip: ChangedZip) -> None:
    content = b"\n" * 30_000_000
    raw = changed_zip({"metrics.jsonl": content}).getvalue()
    lied = raw.replace(len(content).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lied != raw
    assert "metrics.jsonl" in error_of(io.BytesIO(lied))


def test_too_many_files_raise_an_error(changed_zip: ChangedZip) -> None:
    many: Files = {f"snapshots/step-{number:07d}.npz": "x" for number in range(2_001)}
    assert error_of(changed_zip(many)) == got("one of 2,008 files (at most 2,000)")


def test_too_large_a_total_raises_an_error(
    changed_zip: ChangedZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = changed_zip({"metrics.jsonl": os.urandom(3 * 2**20)})
    monkeypatch.setattr(unpack, "RULES", replace(unpack.RULES, max_total_bytes=2 * 2**20))
    assert error_of(source) == got("3 MB unpacked (at most 2)")
    monkeypatch.setattr(unpack, "RULES", replace(unpack.RULES, max_zip_bytes=2**20))
    assert error_of(source) == got("3 MB (at most 1 MB)")


@pytest.mark.parametrize("name", ["spec.json", "label.json", "status.json"])
def test_a_large_json_file_raises_an_error(name: str, changed_zip: ChangedZip) -> None:
    content = os.urandom(40_000).hex()
    assert error_of(changed_zip({name: content})) == got(f"{name} of over 65,536 bytes")


# ---------------------------------------------------------------- contents


def spec_with(changed_zip: ChangedZip, **changes: Any) -> io.BytesIO:
    spec = json.loads(files_of(changed_zip({}))["spec.json"])
    return changed_zip({"spec.json": json.dumps({**spec, **changes})})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"model": {"channels": [10, 15, 2_000_000]}},
            "a spec.json that is not of this version (channels: expected three whole numbers "
            "from 1 to 64, got [10, 15, 2000000])",
        ),
        (
            {"command": "rm"},
            "a spec.json that is not of this version (command is not a setting)",
        ),
        (
            {"created": "2026-01-01T00:00:00"},
            "a spec.json that is not of this version (created: expected a time with its time "
            "zone, got '2026-01-01T00:00:00')",
        ),
        (
            {"recipe": "![x](http://example.com/x.png)"},
            "the recipe '![x](http://example.com/x.png)'",
        ),
        ({"parent": {"run": "../x", "step": 1}}, "the parent '../x'"),
    ],
)
def test_an_invalid_spec_raises_an_error(
    changes: dict[str, Any], found: str, changed_zip: ChangedZip
) -> None:
    assert error_of(spec_with(changed_zip, **changes)) == got(found)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"spec.json": "[]"}, "spec.json that is no JSON object"),
        ({"spec.json": "{"}, "spec.json that is no JSON object"),
        ({"spec.json": "[" * 60_000}, "spec.json that is no JSON object"),
        ({"label.json": '{"name": "../../x"}'}, "the name '../../x'"),
        ({"label.json": '{"name": 7}'}, "the name '7'"),
        ({"label.json": '{"name": "x", "note": 7}'}, "a note that is no text"),
        ({"status.json": '{"error": 7}'}, "a status.json whose error is no text"),
        ({"status.json": '{"error": "\\ud800"}'}, "a status.json whose error is no text"),
        (
            {"metrics.jsonl": '\n{"step": 1}\n'},
            "a row without a true epoch (metrics.jsonl:2)",
        ),
        (
            {"metrics.jsonl": json.dumps({**row(1, "batch", 1.0), "step": "1"})},
            "a row without a true step (metrics.jsonl:1)",
        ),
        (
            {"metrics.jsonl": json.dumps({**row(1, "batch", 1.0), "split": "secret"})},
            "a row without a true split (metrics.jsonl:1)",
        ),
        (
            {"metrics.jsonl": json.dumps(row(21, "batch", 1.0))},
            "the step 21 (metrics.jsonl:1), not from 0 to 20",
        ),
        (
            {"metrics.jsonl": json.dumps({**row(1, "batch", 1.0), "accuracy": float("nan")})},
            "the accuracy nan (metrics.jsonl:1), not from 0 to 1",
        ),
        (
            {"metrics.jsonl": '{"event": "resume"}'},
            "an event at the step None (metrics.jsonl:1)",
        ),
        (
            {"metrics.jsonl": '{"event": "guesses", "step": 1, "digits": "x"}'},
            "guesses that are no digits and probabilities (metrics.jsonl:1)",
        ),
        (
            {"metrics.jsonl": '{"event": "distributions", "step": 1, "weights": {"conv1": "x"}}'},
            "distributions that are no numbers (metrics.jsonl:1)",
        ),
        (
            {"metrics.jsonl": '{"event": "learning_rate", "step": 1, "learning_rate": "fast"}'},
            "the learning rate fast (metrics.jsonl:1)",
        ),
        (
            {"snapshots/step-0000021.npz": "x"},
            "snapshots/step-0000021.npz of a run of 20 steps",
        ),
    ],
)
def test_invalid_contents_raise_an_error(files: Files, found: str, changed_zip: ChangedZip) -> None:
    assert error_of(changed_zip(files)) == got(found)


def test_a_zip_without_a_spec_raises_an_error() -> None:
    assert error_of(zip_of({"label.json": "{}"})) == got("one without spec.json")


def test_an_invalid_note_raises_an_error(changed_zip: ChangedZip) -> None:
    assert error_of(
        changed_zip({"label.json": json.dumps({"name": "x", "note": "x" * 2_001})})
    ) == ("note: expected up to 2,000 characters, got 2,001; shorten it")
    assert error_of(changed_zip({"label.json": '{"name": "x", "note": "\\ud800"}'})) == (
        "note: expected text, got bytes that are none; write it as UTF-8"
    )


def test_a_file_that_is_no_zip_raises_an_error(tmp_path: Path) -> None:
    assert error_of(io.BytesIO(b"hello")) == got("one that can't be read (File is not a zip file)")
    assert error_of(tmp_path / "nowhere.zip") == got(f"no file at {tmp_path}/nowhere.zip")
    assert error_of(tmp_path) == got(f"no file at {tmp_path}")
    assert error_of(Path("/dev/zero")) == got("no file at /dev/zero")


def test_a_full_disk_raises_an_error_and_leaves_nothing(
    changed_zip: ChangedZip, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = changed_zip({})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "write", full)
    assert error_of(source) == (
        f"import: expected a zip that can be read and room in {storage.home()}, got: No space "
        "left on device; nothing was imported"
    )


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_zip_with_changed_bytes_is_imported_completely_or_not_at_all(
    data: st.DataObject, valid_zip: bytes, home: Path
) -> None:
    raw = bytearray(valid_zip)
    for _ in range(data.draw(st.integers(1, 4))):
        # Mostly in the directory at the end.
        place = data.draw(
            st.integers(0, len(raw) - 1) | st.integers(max(0, len(raw) - 1_200), len(raw) - 1)
        )
        raw[place] = data.draw(st.integers(0, 255))
    length = data.draw(st.just(len(raw)) | st.integers(0, len(raw)))
    before = {path.name for path in home.iterdir()}
    try:
        run = import_run(io.BytesIO(bytes(raw[:length]))).run
    except RunError:
        assert {path.name for path in home.iterdir()} == before
    else:
        assert {path.name for path in home.iterdir()} == before | {run.id}
        for step in snapshots.steps_of(run):
            snapshots.read(Snapshot(run, step))
        metrics_log.read(run)
        shutil.rmtree(run.path)


def test_the_name_of_a_deleted_run_is_free(changed_zip: ChangedZip) -> None:
    run = registry.find_run("exported")
    metadata.delete(run)
    assert import_run(changed_zip({})).run.name == "exported"
    assert metadata.restore(run).run.name == "exported-2"
