"""The data sets that a person imported, each in a folder of `<home>/data-sets`.

A folder has `set.npz`, the arrays of a `DataSet`, and `about.json`, its `DataSetInfo`. It is made
under a hidden name and gets its own when it is whole, so that no part of a set is ever listed.
"""

from __future__ import annotations

import functools
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnistviz.core import storage
from mnistviz.core.errors import DataError, SpecError
from mnistviz.core.inputs import names
from mnistviz.core.room import limits, rules
from mnistviz.core.run_spec import DataRef
from mnistviz.core.storage import home_lock, read_arrays, read_json, write_json
from mnistviz.digits.data_sets.data_set import SPLITS, DataSet, DataSetInfo
from mnistviz.digits.mnist import Mnist, load_mnist

if TYPE_CHECKING:
    # Its readers take longer to import than a page may.
    from mnistviz.digits.data_sets.reading import Choices, Opened

FOLDER = "data-sets"
# Sets that stay in memory: pages show one, a training another.
_NUM_CACHED = 4


def folder() -> Path:
    """The folder of all data sets."""
    return storage.home() / FOLDER


def free_name(name: str) -> str:
    """The name as it is stored. Raises `DataError` where it is invalid or taken."""
    name = names.tidied(name)
    if not names.is_valid(name):
        raise DataError(
            f"name: expected up to {names.MAX_NAME_LENGTH} characters, starting with a letter or "
            f"digit, without any of {' '.join(sorted(names.RESERVED))}, got {name!r}"
        )
    if name.casefold() in {"mnist", *(known.name.casefold() for known in all_sets())}:
        raise DataError(f"name: {name!r} is taken by another data set; choose another name")
    return name


def keep(opened: Opened, choices: Choices, name: str) -> DataSetInfo:
    """Keep a data set under a name.

    Raises `DataError` where the name is taken, and `ClassError` where a class refuses it or has no
    room for it.
    """
    rules.need("import")
    name = free_name(name)
    data, rule = opened.data_set(choices)
    limits.need_room(new_bytes=sum(images.nbytes for images in data.images.values()))
    identity = f"{names.to_folder_name(name)[:40]}-{secrets.token_hex(4)}"
    about = DataSetInfo(
        id=identity,
        name=name,
        created=datetime.now(UTC),
        sha256=data.sha256,
        class_names=data.class_names,
        class_counts=dict[str, list[int]](data.class_counts().items()),
        notes=(*opened.notes_of(choices), *opened.size_notes(choices)),
        split_rule=rule,
        left_out=opened.left_out,
        duplicates=data.duplicates(),
        constant=data.num_constant(),
        sources=opened.sources,
    )
    _write(data, about)
    return about


def _write(data: DataSet, about: DataSetInfo) -> None:
    part = folder() / f".{about.id}.part"
    arrays = {f"x_{split}": data.images[split] for split in SPLITS}
    arrays |= {f"y_{split}": data.labels[split] for split in SPLITS}
    try:
        part.mkdir(parents=True)
        with (part / "set.npz").open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        write_json(part / "about.json", about.model_dump(mode="json"))
        with home_lock():
            free_name(about.name)
            part.rename(folder() / about.id)
    except OSError as error:
        raise DataError(
            f"{folder()}: expected a folder that can be written to, got: "
            f"{error.strerror or error}; make room, or set MNISTVIZ_HOME to another folder"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def all_sets() -> list[DataSetInfo]:
    """The facts about each data set, newest first. Damaged ones are left out."""
    found = [about for _, about in _sets_in(folder())]
    return sorted(found, key=lambda about: about.created, reverse=True)


def _sets_in(sets: Path) -> list[tuple[Path, DataSetInfo]]:
    """The folders in a folder of data sets, each with what is known about its set."""
    paths = sorted(sets.glob("*/about.json"))
    return [(path.parent, about) for path in paths if (about := _about(path))]


def _about(path: Path) -> DataSetInfo | None:
    if path.parent.name.startswith("."):
        return None
    try:
        about = DataSetInfo(**read_json(path))
    except SpecError:
        return None
    return about if about.id == path.parent.name else None


def find(text: str) -> DataSetInfo:
    """The data set with a name or id. Raises `DataError` for none."""
    known = all_sets()
    wanted = names.tidied(text)
    for about in known:
        if wanted in (about.name, about.id):
            return about
    there = ", ".join(about.name for about in known[:10]) or "none yet"
    raise DataError(f"data: no data set has the name or id {wanted!r}; there are: {there}")


def delete(about: DataSetInfo) -> None:
    """Delete a data set. Runs that were trained on it keep their weights."""
    path, gone = folder() / about.id, folder() / f".{about.id}.gone"
    try:
        path.rename(gone)
    except OSError as error:
        raise DataError(f"{about.name}: can't be deleted: {error.strerror or error}") from None
    shutil.rmtree(gone, ignore_errors=True)


def load(about: DataSetInfo) -> DataSet:
    """The images and labels of a data set. Raises `DataError` where they are damaged."""
    return _load_from(folder() / about.id, about)


def _load_from(path: Path, about: DataSetInfo) -> DataSet:
    return _load(path / "set.npz", about.name, about.class_names, about.sha256)


@functools.lru_cache(maxsize=_NUM_CACHED)
def _load(path: Path, name: str, class_names: tuple[str, ...], sha256: str) -> DataSet:
    arrays = read_arrays(path) or {}
    wanted = {f"{kind}_{split}" for kind in "xy" for split in SPLITS}
    if arrays.keys() != wanted or any(array.dtype != np.uint8 for array in arrays.values()):
        raise DataError(f"{name}: {path.name} can't be read; import the data set again")
    for array in arrays.values():
        array.flags.writeable = False
    data = DataSet(
        class_names,
        {split: arrays[f"x_{split}"] for split in SPLITS},
        {split: arrays[f"y_{split}"] for split in SPLITS},
    )
    if data.sha256 != sha256:
        raise DataError(
            f"{name}: expected the images with SHA-256 {sha256[:12]}…, found others; "
            "import the data set again"
        )
    return data


# ---------------------------------------------------------------- what a run is trained on


def reference(about: DataSetInfo) -> DataRef:
    """The reference to a data set in the spec of a run."""
    return DataRef(
        id=about.id,
        name=about.name,
        sha256=about.sha256,
        class_names=about.class_names,
        num_train=about.num_images("train"),
        num_validation=about.num_images("validation"),
        num_test=about.num_images("test"),
    )


def data_of(ref: DataRef | None) -> Mnist:
    """The images that a run is trained and tested on; None: MNIST.

    The training images come first, in a random order with a fixed seed, so that the first ones are
    a sample of all classes; then those of the validation. Raises `DataError` where the data
    set was deleted.
    """
    if ref is None:
        return load_mnist()
    return _as_mnist(ref.sha256, ref.name)


@functools.lru_cache(maxsize=_NUM_CACHED)
def _as_mnist(sha256: str, name: str) -> Mnist:
    # Of a run that a visitor of a class shares, the data set is in the space of this visitor. The
    # checksum is known to those who have the run.
    found = (pair for home in storage.homes() for pair in _sets_in(home / FOLDER))
    path, about = next((pair for pair in found if pair[1].sha256 == sha256), (None, None))
    if path is None or about is None:
        raise DataError(
            f"{name}: the data set of this run is not here; import it again, from the same files "
            "and with the same choices, on the page Data sets or with `data import`"
        )
    data = _load_from(path, about)
    order = np.random.default_rng(0).permutation(len(data.labels["train"]))
    joined = Mnist(
        np.concatenate([data.images["train"][order], data.images["validation"]]),
        np.concatenate([data.labels["train"][order], data.labels["validation"]]),
        data.images["test"],
        data.labels["test"],
    )
    joined.x_train.flags.writeable = joined.y_train.flags.writeable = False
    return joined
