"""A Keras model of one's own as a new run with one snapshot. A child process reads the file."""

import json
import tempfile
from pathlib import Path
from typing import IO

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.core.inputs import names
from mnistviz.core.inputs.file_kinds import find_kind
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.processes import ProcessError, run_module
from mnistviz.core.room import limits, rules
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import unpack
from mnistviz.runs.archive.keras_reader import MAX_FILE_BYTES
from mnistviz.runs.archive.weights import checked_weights
from mnistviz.runs.metadata import NamedRun
from mnistviz.runs.snapshots import Snapshot

RECIPE = "imported"
NOTE = "Imported from {file}. How it was trained, and on what, is not known here."


def import_file(source: Path | IO[bytes], file_name: str) -> NamedRun:
    """Make a new run of a zip that the export of a run made, or of a Keras model.

    Raises `RunError`, and `ClassError` where a class refuses it; what is refused leaves nothing
    behind.
    """
    rules.need("import")
    limits.need_room(new_runs=1)
    if isinstance(source, Path):
        if not source.is_file():
            return unpack.import_run(source)
        with source.open("rb") as content:
            return import_file(content, file_name)
    if find_kind(source) != "keras":
        return unpack.import_run(source)
    return import_model(source, file_name)


def import_model(source: IO[bytes], file_name: str) -> NamedRun:
    """Make a new run of a `.keras` or `.h5` file with layers that the designer has, too.

    Its only snapshot is that of step 0, and it has no log. It can be forked, not resumed. Raises
    `RunError` that names the layer that does not fit.
    """
    source.seek(0)
    raw = source.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise RunError(
            f"import: expected a model of at most {MAX_FILE_BYTES:,} bytes, got more; nothing was "
            "imported"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.h5").write_bytes(raw)
        try:
            run_module(
                "mnistviz.runs.archive.keras_reader", [str(folder / "model.h5"), str(folder)]
            )
        except ProcessError as error:
            text = str(error)
            unread = f"import: expected a Keras model, got one that can't be read ({text})"
            raise RunError(text if text.startswith("import: ") else unread) from None
        model = ModelSpec(**json.loads((folder / "model.json").read_text(encoding="utf-8")))
        weights = checked_weights((folder / "weights.npz").read_bytes(), model)
    wanted = _name_of(file_name)
    given = metadata.numbered_name(wanted, registry.taken_names())
    # Nothing is held out: which images it was not trained on is not known.
    run = registry.create_run(RECIPE, model, TrainSpec(), given)
    snapshots.write(Snapshot(run, 0), weights)
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 0, "error": ""})
    note = NOTE.format(file=Path(file_name).name)
    label = {"name": given, "note": note, "deleted": False, "imported": True}
    storage.write_json(run.path / "label.json", label)
    return NamedRun(registry.open_run(run.path), None if given == wanted else wanted)


def _name_of(file_name: str) -> str:
    """The name of a run for a file: its own where it may be one."""
    stem = names.tidied(Path(file_name).stem)[: names.MAX_NAME_LENGTH - 5]
    return stem if names.is_valid(stem) else "imported"
