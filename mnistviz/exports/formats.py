"""The formats that a snapshot of a run can be exported to.

FORMATS: one row for each (name, suffix)
   │ write(snapshot, file): the file, and others beside it
   ▼
export   into a folder, each file in one step
packed   for a download: the file, or a zip where there are several
"""

import importlib.util
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnistviz.core import storage
from mnistviz.core.errors import MissingPackageError, ReportError, SpecError
from mnistviz.core.inputs import names
from mnistviz.core.room import rules
from mnistviz.exports import numpy_file, onnx_file, scripts, tflite_file
from mnistviz.exports.hand_in import files
from mnistviz.runs.archive import keras_file
from mnistviz.runs.snapshots import Snapshot

# Writes a file, and others beside it whose names begin with its stem.
Writer = Callable[[Snapshot, Path], None]


@dataclass(frozen=True)
class Format:
    """A format: the name on the command line, the suffix of its file, and its writer.

    `title` is short, `text` says what is in the file and what opens it. `seconds` is about how
    long writing takes, `package` an optional package that it needs. With `several`, there are
    other files beside it.
    """

    name: str
    suffix: str
    title: str
    text: str
    write: Writer
    seconds: float = 0.5
    package: str | None = None
    several: bool = False


_MODELS = (
    Format(
        "keras",
        ".keras",
        "Keras model",
        "The network with its weights, for `keras.saving.load_model`. Keras 3.5 and later open it.",
        keras_file.write,
        seconds=8,
    ),
    Format(
        "tflite",
        ".tflite",
        "TFLite model",
        "For phones and small devices: LiteRT, formerly TensorFlow Lite, runs it.",
        tflite_file.write,
        seconds=12,
    ),
    Format(
        "onnx",
        ".onnx",
        "ONNX model",
        "For ONNX Runtime and everything else that reads ONNX, opset 13.",
        onnx_file.write,
        package="onnx",
    ),
)
_CODE = (
    Format(
        "numpy",
        ".py",
        "NumPy code",
        "One Python file that computes the network and imports only NumPy, with the weights "
        "beside it.",
        numpy_file.write,
        several=True,
    ),
    Format(
        "script",
        ".py",
        "Keras script",
        "Builds the same network and trains it with the same recipe on the same images.",
        scripts.write_keras,
        several=True,
    ),
    Format(
        "notebook",
        ".ipynb",
        "Keras notebook",
        "The same, in cells.",
        scripts.write_keras,
        several=True,
    ),
    Format(
        "torch",
        ".py",
        "PyTorch script",
        "The same network and recipe in PyTorch.",
        scripts.write_torch,
        several=True,
    ),
    Format(
        "torch",
        ".ipynb",
        "PyTorch notebook",
        "The same, in cells.",
        scripts.write_torch,
        several=True,
    ),
)

_HAND_IN = (
    Format(
        "handin",
        ".html",
        "Hand-in, HTML",
        "What was changed and why, the score, the log, layers, curves, confusions and kernels, on "
        "one page that needs no other file.",
        files.write_html,
        seconds=3,
    ),
    Format(
        "handin",
        ".md",
        "Hand-in, Markdown",
        "The same as text, with its pictures beside it.",
        files.write_markdown,
        seconds=3,
        several=True,
    ),
    Format(
        "handin",
        ".ipynb",
        "Hand-in, notebook",
        "The same as a notebook, with the Keras code that trains the network again.",
        files.write_notebook,
        seconds=4,
        several=True,
    ),
)

# The formats by what they are.
GROUPS: dict[str, tuple[Format, ...]] = {
    "Model files": _MODELS,
    "Code": _CODE,
    "A hand-in": _HAND_IN,
}
FORMATS: tuple[Format, ...] = tuple(each for group in GROUPS.values() for each in group)

NAMES = tuple(dict.fromkeys(each.name for each in FORMATS))


def find_format(name: str, file: Path) -> Format:
    """Return the format of a name whose suffix a file has.

    Raises `SpecError` for an unknown name and for a file with another suffix.
    """
    named = [each for each in FORMATS if each.name == name]
    if not named:
        raise SpecError(f"to: expected one of {', '.join(NAMES)}, got {name!r}")
    for each in named:
        if each.suffix == file.suffix.lower():
            return each
    suffixes = " or ".join(each.suffix for each in named)
    raise SpecError(f"out: expected a file that ends with {suffixes} for {name}, got {file.name!r}")


def export(snapshot: Snapshot, to: Format, out: Path) -> list[Path]:
    """Write a snapshot to `out`, and other files of the format beside it. Return their paths.

    `out` is the first. Raises `ReportError` where a file can't be written, `RunError` where the
    snapshot can't be read, `MissingPackageError` where an optional package is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = _written(snapshot, to, Path(folder) / out.name)
        targets = [out.with_name(file.name) for file in files]
        for file, target in zip(files, targets, strict=True):
            try:
                with storage.atomic_write(target) as content:
                    content.write(file.read_bytes())
            except OSError as error:
                raise ReportError(
                    f"{target}: expected a file that can be written, got: "
                    f"{error.strerror or error}; choose another place"
                ) from None
    return targets


def missing_package(to: Format) -> str:
    """The package that a format lacks, and how to get it; empty if it lacks none."""
    if to.package is None or importlib.util.find_spec(to.package):
        return ""
    return (
        f"{to.title}: expected the package {to.package}, which is not installed; install it with: "
        f"pip install -r requirements-{to.package}.txt"
    )


def stem_of(snapshot: Snapshot, to: Format) -> str:
    """The name of a downloaded file, without its suffix. Python can import it as a module."""
    name = re.sub(r"\W", "_", names.to_folder_name(snapshot.run.name))
    return name if f".{to.name}" == to.suffix else f"{name}_{to.name}"


def download_name(to: Format, stem: str) -> str:
    """The name of the file that `packed` returns."""
    return f"{stem}.zip" if to.several else f"{stem}{to.suffix}"


def packed(snapshot: Snapshot, to: Format, stem: str) -> bytes:
    """Return the content of the file that `download_name` names.

    Raises as `export`, and `ClassError` where a class refuses it.
    """
    rules.need("export")
    with tempfile.TemporaryDirectory() as folder:
        files = _written(snapshot, to, Path(folder) / f"{stem}{to.suffix}")
        if not to.several:
            return files[0].read_bytes()
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.name)
        return target.getvalue()


def _written(snapshot: Snapshot, to: Format, file: Path) -> Sequence[Path]:
    """Write the files of a format into an empty folder; return them, `file` first."""
    if missing := missing_package(to):
        raise MissingPackageError(missing)
    to.write(snapshot, file)
    return sorted(file.parent.iterdir(), key=lambda each: (each != file, each.name))
