"""On-disk cache of slow results, one file for each snapshot and computation.

A file's name has the hash of the snapshot's weights, so that a result is never read for other
weights. A file that is damaged or has another format is ignored, and the result computed again.
Some results for the bundled runs are bundled, too.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, TypeVar, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from mnistviz.core import storage
from mnistviz.core.assets import ASSETS
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

BUNDLED = ASSETS / "kept"

# The array that holds the format version, from version 2 on.
_VERSION_NAME = "format_version"

Arrays = Mapping[str, NDArray[Any]]
T = TypeVar("T")


# ---------------------------------------------------------------- codecs


class FormatError(ValueError):
    """Arrays that a codec can't decode."""


@dataclass(frozen=True)
class Codec(Generic[T]):
    """Converts a result to named arrays and back. `decode` raises `FormatError`."""

    encode: Callable[[T], Arrays]
    decode: Callable[[Arrays], T]


# Results that are named arrays already, such as one array for each layer.
ARRAYS: Codec[Arrays] = Codec(encode=lambda arrays: arrays, decode=lambda arrays: arrays)


def dataclass_codec(kind: type[T], **constants: Any) -> Codec[T]:
    """The codec of a dataclass whose fields are arrays, numbers, strings or tuples of numbers.

    Fields in `constants` are not stored: the decoded value gets them from there.
    """
    hints = get_type_hints(kind)
    stored = [field.name for field in fields(kind) if field.name not in constants]  # type: ignore[arg-type]

    def encode(value: T) -> Arrays:
        return {name: np.asarray(getattr(value, name)) for name in stored}

    def decode(arrays: Arrays) -> T:
        if set(arrays) != set(stored):
            raise FormatError(f"{kind.__name__}: expected {stored}, got {list(arrays)}")
        return kind(**constants, **{name: _value(arrays[name], hints[name]) for name in stored})

    return Codec(encode, decode)


def _value(array: NDArray[Any], hint: Any) -> Any:
    """An array as a value of a field that is annotated with `hint`."""
    if hint in (bool, int, float, str):
        if array.ndim:
            raise FormatError(f"expected one {hint.__name__}, got an array {array.shape}")
        return hint(array.item())
    return tuple(array.tolist()) if get_origin(hint) is tuple else array


def array_codec(name: str) -> Codec[Any]:
    """The codec of one array, stored under that name."""

    def decode(arrays: Arrays) -> NDArray[Any]:
        if set(arrays) != {name}:
            raise FormatError(f"expected the array {name!r}, got {list(arrays)}")
        return arrays[name]

    return Codec(lambda array: {name: array}, decode)


def by_layer(codec: Codec[T]) -> Codec[dict[str, T]]:
    """The codec of a dictionary from a layer's name to a value; arrays are `layer/name`."""

    def encode(values: dict[str, T]) -> Arrays:
        return {
            f"{layer}/{name}": array
            for layer, value in values.items()
            for name, array in codec.encode(value).items()
        }

    def decode(arrays: Arrays) -> dict[str, T]:
        layers: dict[str, dict[str, NDArray[Any]]] = {}
        for key, array in arrays.items():
            layer, _, name = key.partition("/")
            layers.setdefault(layer, {})[name] = array
        return {layer: codec.decode(one) for layer, one in layers.items()}

    return Codec(encode, decode)


# ---------------------------------------------------------------- the cache


@dataclass(frozen=True)
class ResultCache(Generic[T]):
    """The stored results of one computation, one for each snapshot.

    `name` is the first part of the files' names. A codec whose arrays get another meaning needs
    a new `version`: files of other versions are ignored. A `personal` result depends on the digits
    or the data set of a person: that of a bundled run is stored in the person's home, too.
    """

    name: str
    codec: Codec[T]
    version: int = 1
    personal: bool = False

    def file_of(self, snapshot: Snapshot) -> Path:
        """Return the file of the result for a snapshot."""
        return file_of(snapshot, self.name, personal=self.personal)

    def read(self, snapshot: Snapshot) -> T | None:
        """The stored result, or None where there is none that can be read."""
        arrays = dict(read_arrays(snapshot, self.name, personal=self.personal) or {})
        version = arrays.pop(_VERSION_NAME, np.array(1))
        if not arrays or version.ndim or version != self.version:
            return None
        try:
            return self.codec.decode(arrays)
        except FormatError:
            return None

    def write(self, snapshot: Snapshot, value: T) -> None:
        """Store a result. In a home that can't be written to, it is computed again next time."""
        arrays = dict(self.codec.encode(value))
        if self.version > 1:
            arrays[_VERSION_NAME] = np.array(self.version)
        with suppress(OSError):
            write_arrays(snapshot, self.name, arrays, personal=self.personal)

    def get(self, snapshot: Snapshot, compute: Callable[[], T]) -> T:
        """The stored result, or what `compute` returns, which is then stored."""
        value = self.read(snapshot)
        if value is None:
            value = compute()
            self.write(snapshot, value)
        return value


# ---------------------------------------------------------------- the files


def file_of(snapshot: Snapshot, name: str, *, personal: bool = False) -> Path:
    """Return the file of a result: in the home of the run.

    Results for a bundled run are in the room, for all; personal ones in the person's home.
    """
    run, folder = snapshot.run, snapshot.run.path.parent
    if run.bundled:
        folder = storage.home() if personal else storage.room()
    return folder / "cache" / _relative_path(snapshot, name)


def _relative_path(snapshot: Snapshot, name: str) -> str:
    digest = hashlib.sha256(snapshots.file_of(snapshot).read_bytes()).hexdigest()[:16]
    return f"{snapshot.run.id}/{name}-step-{snapshot.step:07d}-{digest}.npz"


def read_arrays(snapshot: Snapshot, name: str, *, personal: bool = False) -> Arrays | None:
    """The arrays of a stored result, or None where there is no file that can be read."""
    arrays: Arrays | None = storage.read_arrays(file_of(snapshot, name, personal=personal))
    if arrays is None and snapshot.run.bundled:
        arrays = storage.read_arrays(BUNDLED / _relative_path(snapshot, name))
    return arrays


def write_arrays(snapshot: Snapshot, name: str, arrays: Arrays, *, personal: bool = False) -> None:
    """Store arrays as a result. Raises `OSError` where the home can't be written to."""
    file = file_of(snapshot, name, personal=personal)
    file.parent.mkdir(parents=True, exist_ok=True)
    with storage.atomic_write(file) as target:
        np.savez(target, allow_pickle=False, **arrays)
