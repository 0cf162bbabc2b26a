"""Sets of images that a network is evaluated on, with the classes of this network."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.errors import DataError
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.data_set import SPLITS
from mnistviz.digits.data_sets.drawn_pictures import as_drawings
from mnistviz.digits.data_sets.formats.raw import Part
from mnistviz.digits.data_sets.reading import Choices, Opened, open_paths, open_uploads
from mnistviz.digits.labelled_sets import LabelledSet

TEST_SET = "test images"
# The part that is read where a set has several.
_ORDER: tuple[Part, ...] = ("test", "validation", "all", "train")


def test_images(spec: RunSpec) -> LabelledSet:
    """The test images of what a run is trained on."""
    data = library.data_of(spec.data)
    name = f"{TEST_SET} of {spec.data.name}" if spec.data else TEST_SET
    return LabelledSet(name, data.x_test, data.y_test, class_names=spec.class_names)


def known_set(text: str, class_names: tuple[str, ...]) -> LabelledSet | None:
    """The test part of the data set with a name or id; None for none, or for an existing file.

    `class_names` are those of the network. Raises `DataError` where it has other classes.
    """
    if Path(text).exists() or text not in {
        word for about in library.all_sets() for word in (about.name, about.id)
    }:
        return None
    about = library.find(text)
    data = library.load(about)
    split = next(one for one in reversed(SPLITS) if len(data.labels[one]))
    return _for_network(
        f"{split} images of {about.name}",
        data.images[split],
        data.labels[split],
        data.class_names,
        class_names,
        [*about.notes],
    )


def read_path(path: Path, class_names: tuple[str, ...] = DIGIT_NAMES) -> LabelledSet:
    """The test part of a file, a folder, a zip or a tar, or all where it has none.

    `class_names` are those of the network. Raises `DataError` where it has other classes.
    """
    if not path.exists():
        known = ", ".join(about.name for about in library.all_sets()[:5])
        own = f" (data sets: {known})" if known else ""
        raise DataError(f"{path}: expected a data set, found nothing there{own}; check the path")
    return _read(lambda: open_paths([path], min_classes=1), path.name, class_names)


def read_uploads(
    uploads: Sequence[tuple[str, bytes]], class_names: tuple[str, ...] = DIGIT_NAMES
) -> LabelledSet:
    """The test part of uploaded files, or all where they have none.

    `class_names` are those of the network. Raises `DataError` where they have other classes.
    """
    # The name of the folder, where there is one.
    name = uploads[0][0].replace("\\", "/").strip("/").partition("/")[0] if uploads else ""
    return _read(lambda: open_uploads(uploads, min_classes=1), name, class_names)


def _read(read: Callable[[], Opened], name: str, class_names: tuple[str, ...]) -> LabelledSet:
    with read() as opened:
        parts = {part.part: index for index, part in enumerate(opened.raw.parts)}
        chosen = next(part for part in _ORDER if part in parts)
        images, ids = opened.part(parts[chosen], Choices())
        raw = opened.raw.parts[parts[chosen]]
        notes = [f"{len(ids):,} images: {raw.source}.", *opened.notes]
        if raw.picture and opened.has_pictures_of_other_sizes and class_names == DIGIT_NAMES:
            images, note = as_drawings(map(raw.picture, opened.chosen[parts[chosen]].tolist()))
            notes = [note]
        notes += [f"Left out: {count:,} × {what}." for what, count in opened.left_out]
        if len(parts) > 1:
            others = ", ".join(part for part in parts if part != chosen)
            notes.insert(0, f"The {chosen} part was read, not the other one ({others}).")
        names = opened.classes.names
        if not set(names) & set(class_names):
            # A network that was trained on the numbers of a set whose names are known.
            names = opened.classes.labels
        return _for_network(name, images, ids, names, class_names, notes)


def _for_network(
    name: str,
    images: ByteArray,
    labels: ByteArray,
    names: tuple[str, ...],
    wanted: tuple[str, ...],
    notes: list[str],
) -> LabelledSet:
    """The images with labels as the network numbers its classes."""
    places = [wanted.index(one) if one in wanted else -1 for one in names]
    if max(places) < 0 and len(names) == len(wanted):
        # Numbers instead of names, in the same order.
        places = list(range(len(wanted)))
    ids = np.array(places)[labels]
    kept = ids >= 0
    if not kept.any():
        raise DataError(
            f"{name}: expected images of the classes that the network knows, "
            f"{', '.join(wanted[:12])}{' …' if len(wanted) > 12 else ''}, got "
            f"{', '.join(names[:12])}{' …' if len(names) > 12 else ''}; choose another run or set"
        )
    if not kept.all():
        unknown = [one for one, place in zip(names, places, strict=True) if place < 0]
        notes.append(
            f"Left out: {int((~kept).sum()):,} images of {', '.join(unknown[:8])}, which the "
            "network does not know."
        )
    return LabelledSet(
        name, images[kept], ids[kept].astype(np.uint8), " ".join(notes), class_names=wanted
    )
