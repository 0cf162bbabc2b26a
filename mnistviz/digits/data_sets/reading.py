"""Read a data set of one's own from files of any known format.

`open_paths` and `open_uploads` find the format, read labels and images once, and notice what is
unusual; `Opened.data_set` makes the validated form of it.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Self

import numpy as np

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError
from mnistviz.core.types.arrays import ByteArray, IntArray
from mnistviz.digits.data_sets import pixels, splitting
from mnistviz.digits.data_sets.data_set import DataSet
from mnistviz.digits.data_sets.formats.files import DataFile, files_at, uploaded_files
from mnistviz.digits.data_sets.formats.raw import RawSet
from mnistviz.digits.data_sets.known_sets import known_names
from mnistviz.digits.data_sets.labels import Classes, classes_of, unique_names
from mnistviz.digits.data_sets.limits import MAX_IMAGES, MIN_CLASSES, SAMPLE_SEED
from mnistviz.digits.data_sets.pixels import Fit

EXPECTED = (
    "a data set as npz, IDX files, CSV, parquet, a .mat file of EMNIST, or pictures in a folder "
    "for each class"
)
# How to convert what is not read. A pickle can run any program.
_CONVERSIONS = {
    (".pkl", ".pickle", ".pt", ".pth", ".joblib"): "it can run programs, so it is never loaded: "
    "load it where it was made and write numpy.savez('set.npz', x_train=…, y_train=…)",
    (".h5", ".hdf5"): "read it with h5py and write numpy.savez('set.npz', x_train=…, y_train=…)",
    (".rar", ".7z"): "unpack it and give the folder",
    (".xlsx", ".xls", ".ods"): "save the sheet as CSV",
    (".arff", ".txt", ".data", ".json", ".jsonl", ".feather", ".arrow", ".tfrecord"): (
        "save it as CSV with the columns label, pixel0 …"
    ),
}
_NUM_SHOWN = 40
_INVERTED = "The images are dark on light, so they are turned over: light on dark."
_TRANSPOSED = (
    "Rows and columns are exchanged, as in EMNIST's files, so the images are turned upright."
)
# Images that the look for inverted and transposed ones takes.
_NUM_LOOKED_AT = 4_000


@dataclass(frozen=True)
class Choices:
    """The choices of a person before a set is kept.

    Attributes:
        fit: How images become 28×28.
        inverted: Whether they are dark on light and are turned over; None: as noticed.
        transposed: Whether rows and columns are exchanged and turned; None: as noticed.
        class_names: Names of the classes; empty: those of the files.
    """

    fit: Fit = "resize"
    inverted: bool | None = None
    transposed: bool | None = None
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A set whose files were read once. `close` is called when it is no longer used.

    Attributes:
        name: What it was read from, for people.
        raw: What the files hold.
        classes: Its classes.
        chosen: For each part, the numbers of its images that are used `(n,)`.
        plain: For each part, these images, plainly resized to 28×28, not turned `(n, 28, 28)`.
        inverted: Whether they look inverted.
        transposed: Whether they look transposed.
        notes: Sentences on what was noticed.
        left_out: What is not read: a description and the number of things.
    """

    name: str
    raw: RawSet
    classes: Classes
    chosen: tuple[IntArray, ...]
    plain: tuple[ByteArray, ...]
    inverted: bool
    transposed: bool
    notes: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that each part was read from."""
        return tuple(f"{part.part}: {part.source}" for part in self.raw.parts)

    @property
    def sizes_differ(self) -> bool:
        """Whether images are not 28×28 in the files."""
        return any(
            part.images.shape[:2] != (28, 28) and part.images.shape != (784,)
            for part in self.raw.parts
        )

    def samples(self, choices: Choices) -> tuple[ByteArray, list[str]]:
        """40 images, as even over the classes as they come, `(40, 28, 28)`, and their names."""
        part, ids = self.raw.parts[0], self.classes.ids[0][self.chosen[0]]
        order = _spread(ids, _NUM_SHOWN)
        images, _ = pixels.to_28(
            part.images,
            self.chosen[0][order],
            self.name,
            choices.fit,
            inverted=self._inverted(choices),
        )
        names = self.names_for(choices)
        return self._turned(images, choices), [names[number] for number in ids[order]]

    @property
    def has_pictures_of_other_sizes(self) -> bool:
        """Whether it was read from picture files of which some are not 28×28."""
        parts = [part for part in self.raw.parts if not part.images.shape]
        return any(
            picture.shape[:2] not in ((IMAGE_SIZE, IMAGE_SIZE), (0, 0))
            for part in parts
            for block in part.images.blocks(np.arange(min(part.images.count, _NUM_SHOWN)))
            for picture in block
        )

    def part(self, index: int, choices: Choices) -> tuple[ByteArray, ByteArray]:
        """The images `(n, 28, 28)` and the classes `(n,)` of one part, uint8."""
        found, chosen = self.plain[index], self.chosen[index]
        if choices.fit == "centre":
            inverted = self._inverted(choices)
            images = self.raw.parts[index].images
            found, _ = pixels.to_28(images, chosen, self.name, "centre", inverted=inverted)
        return self._turned(found, choices), self.classes.ids[index][chosen].astype(np.uint8)

    def data_set(self, choices: Choices) -> tuple[DataSet, str]:
        """The validated form of the set, and the rule by which it was split."""
        names = self._names(choices)
        images: dict[str, ByteArray] = {}
        labels: dict[str, ByteArray] = {}
        for index, part in enumerate(self.raw.parts):
            images[part.part], labels[part.part] = self.part(index, choices)
        made_images, made_labels, rule = splitting.split(images, labels)
        return DataSet(names, made_images, made_labels), rule

    def names_for(self, choices: Choices) -> tuple[str, ...]:
        """The chosen names of the classes; those of the files where another number was given."""
        chosen = choices.class_names
        return chosen if len(chosen) == len(self.classes.names) else self.classes.names

    def notes_of(self, choices: Choices) -> tuple[str, ...]:
        """Sentences on what was noticed and done with these choices."""
        done = {_INVERTED: self._inverted(choices), _TRANSPOSED: self._transposed(choices)}
        kept = [note for note in self.notes if note not in done]
        return (*kept, *(note for note, is_done in done.items() if is_done))

    def size_notes(self, choices: Choices) -> tuple[str, ...]:
        """How images of other sizes became 28×28."""
        if choices.fit == "centre":
            return (
                "Each image is fitted to 20 pixels and centred by its mass, as MNIST was made.",
            )
        if self.sizes_differ:
            return ("Images of other sizes are resized to 28×28 with their proportions.",)
        return ()

    def _names(self, choices: Choices) -> tuple[str, ...]:
        names = choices.class_names or self.classes.names
        if len(names) != len(self.classes.names):
            raise DataError(
                f"class names: expected {len(self.classes.names)}, one for each of "
                f"{', '.join(self.classes.labels[:10])}, got {len(names)}"
            )
        return unique_names(names)

    def _inverted(self, choices: Choices) -> bool:
        return self.inverted if choices.inverted is None else choices.inverted

    def _turned(self, images: ByteArray, choices: Choices) -> ByteArray:
        if self._inverted(choices):
            images = 255 - images
        if self._transposed(choices):
            images = np.ascontiguousarray(images.transpose(0, 2, 1))
        return images

    def _transposed(self, choices: Choices) -> bool:
        return self.transposed if choices.transposed is None else choices.transposed


def open_paths(paths: Sequence[Path], min_classes: int = MIN_CLASSES) -> Opened:
    """The set in files, folders, zips or tars, with so many classes at least.

    Raises `DataError`.
    """
    if not paths:
        raise DataError(f"data: expected {EXPECTED}, got no file; name one")
    names = {path.parent for path in paths}
    outer = [path.resolve().parent.name for path in paths] if len(names) == 1 else []
    name = _set_name([path.name for path in paths])
    return _open(partial(files_at, paths), name, outer[:1], min_classes)


def open_uploads(uploads: Sequence[tuple[str, bytes]], min_classes: int = MIN_CLASSES) -> Opened:
    """The set in uploaded files, each with its name and content. Raises `DataError`."""
    if not uploads:
        raise DataError(f"data: expected {EXPECTED}, got no file; choose one")
    name = _set_name([name for name, _ in uploads])
    return _open(partial(uploaded_files, uploads), name, [], min_classes)


def _set_name(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _open(
    find: Callable[[ExitStack], list[DataFile]], name: str, outer: list[str], min_classes: int
) -> Opened:
    with ExitStack() as stack:
        files = find(stack)
        raw = _read(files, name)
        pairs = [(part.labels, part.images.count) for part in raw.parts]
        known = {**known_names(files, outer), **raw.class_names}
        classes = classes_of(pairs, known, name, min_classes)
        opened = _looked_at(raw, name, classes, stack)
        # From here on the set closes the files.
        stack.pop_all()
    return opened


def _read(files: Sequence[DataFile], name: str) -> RawSet:
    """The parts in the files of the first format that has some."""
    # SciPy's and Arrow's readers take longer to import than a page may.
    from mnistviz.digits.data_sets.formats import (
        array_sets,
        idx_sets,
        mat_sets,
        picture_sets,
        table_sets,
    )

    by_format = [
        (array_sets.read, [file for file in files if file.suffix in array_sets.SUFFIXES]),
        (table_sets.read_parquet, [f for f in files if f.suffix in table_sets.PARQUET_SUFFIXES]),
        (mat_sets.read, [file for file in files if file.suffix in mat_sets.SUFFIXES]),
        (table_sets.read_csv, [file for file in files if table_sets.is_csv(file)]),
        (picture_sets.read, [f for f in files if f.suffix in picture_sets.SUFFIXES]),
    ]
    known = {id(file) for _, found in by_format for file in found}
    idx_files = idx_sets.find([file for file in files if id(file) not in known])
    for read, found in [(idx_sets.read, idx_files), *by_format]:
        if found:
            raw = read(found, name)
            chosen = {id(file) for file in found}
            others = [file for file in files if id(file) not in chosen]
            return _with_others(raw, others)
    raise DataError(_unknown(files, name))


def _with_others(raw: RawSet, others: Sequence[DataFile]) -> RawSet:
    # The strokes of an export of My digits say nothing more about its images.
    others = [file for file in others if PurePosixPath(file.name).name != "digits.json"]
    left_out = [*raw.left_out]
    left_out += [(f"the file {PurePosixPath(file.name).name}", 1) for file in others[:5]]
    if len(others) > 5:
        left_out.append(("more files of other kinds", len(others) - 5))
    return RawSet(raw.parts, raw.class_names, tuple(left_out), raw.is_emnist, raw.notes)


def _unknown(files: Sequence[DataFile], name: str) -> str:
    for file in files:
        plain = file.name.lower().removesuffix(".gz")
        for suffixes, remedy in _CONVERSIONS.items():
            if plain.endswith(suffixes):
                shown = PurePosixPath(file.name).name
                return f"{name}: expected {EXPECTED}, got {shown}; {remedy}"
    count = "1 file" if len(files) == 1 else f"{len(files):,} files"
    return (
        f"{name}: expected {EXPECTED}, got {count} of other kinds; convert them, for instance with "
        "numpy.savez('set.npz', x_train=…, y_train=…)"
    )


# ---------------------------------------------------------------- looking at it


def _looked_at(raw: RawSet, name: str, classes: Classes, stack: ExitStack) -> Opened:
    left_out, notes = [*raw.left_out], [*raw.notes]
    chosen = [np.flatnonzero(ids >= 0) for ids in classes.ids]
    unlabelled = sum(len(ids) for ids in classes.ids) - sum(map(len, chosen))
    if unlabelled:
        left_out.append(("images without a label", unlabelled))
    total = sum(map(len, chosen))
    if total > MAX_IMAGES:
        chosen = _sampled(chosen, total)
        notes.append(
            f"Of {total:,} images, a sample of {MAX_IMAGES:,} was drawn with seed {SAMPLE_SEED}."
        )
    plain, unreadable = [], 0
    for index, part in enumerate(raw.parts):
        images, readable = pixels.to_28(part.images, chosen[index], name)
        unreadable += int((~readable).sum())
        all_readable = bool(readable.all())
        plain.append(images if all_readable else images[readable])
        chosen[index] = chosen[index] if all_readable else chosen[index][readable]
    if unreadable:
        left_out.append(("images that can't be read", unreadable))
    if not any(map(len, plain)):
        raise DataError(f"{name}: expected at least one image that can be read, got none")
    inverted, transposed = _noticed(raw, classes, chosen, plain, notes)
    return Opened(
        name, raw, classes, tuple(chosen), tuple(plain), inverted, transposed, tuple(notes),
        tuple(left_out), stack.pop_all().close,
    )  # fmt: skip


def _sampled(chosen: Sequence[IntArray], total: int) -> list[IntArray]:
    """A sample of the images of all parts, the same share of each."""
    keep = np.zeros(total, bool)
    keep[np.random.default_rng(SAMPLE_SEED).choice(total, MAX_IMAGES, replace=False)] = True
    ends = np.cumsum([len(part) for part in chosen])[:-1]
    return [part[kept] for part, kept in zip(chosen, np.split(keep, ends), strict=True)]


def _noticed(
    raw: RawSet,
    classes: Classes,
    chosen: Sequence[IntArray],
    plain: Sequence[ByteArray],
    notes: list[str],
) -> tuple[bool, bool]:
    """Whether the images look inverted and transposed, with sentences added to the notes."""
    largest = max(range(len(plain)), key=lambda index: len(plain[index]))
    ids = classes.ids[largest][chosen[largest]]
    order = _spread(ids, _NUM_LOOKED_AT)
    images, labels = plain[largest][order], ids[order]
    inverted = pixels.is_inverted(images)
    if inverted:
        images = 255 - images
        notes.append(_INVERTED)
    seen = pixels.is_transposed(images, labels, classes.names)
    transposed = raw.is_emnist if seen is None else seen
    if transposed:
        notes.append(_TRANSPOSED)
    return inverted, transposed


def _spread(ids: IntArray, most: int) -> IntArray:
    """The ascending numbers of at most so many images, of each class as many as come."""
    if len(ids) <= most:
        return np.arange(len(ids))
    order = np.argsort(ids, kind="stable")
    starts = np.searchsorted(ids[order], np.unique(ids))
    ranks = np.arange(len(ids)) - np.repeat(starts, np.diff([*starts, len(ids)]))
    first = order[np.argsort(ranks, kind="stable")][:most]
    return np.sort(first)
