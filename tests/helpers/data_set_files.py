"""Small data sets in the layouts of well-known ones, as files by name."""

import gzip
import io
import struct
import tarfile
import zipfile
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.io
from numpy.typing import NDArray
from PIL import Image
from pyarrow import parquet

from mnistviz.digits.mnist import load_mnist

Files = dict[str, bytes]
NUM_TRAIN, NUM_TEST = 60, 30


def parts() -> tuple[NDArray[np.uint8], ...]:
    """Digits of MNIST: 60 images and labels to train on, 30 to test."""
    data = load_mnist()
    return (
        data.x_train[:NUM_TRAIN],
        data.y_train[:NUM_TRAIN],
        data.x_test[:NUM_TEST],
        data.y_test[:NUM_TEST],
    )


def npz(**arrays: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def idx(array: NDArray[Any]) -> bytes:
    code = {"u1": 8, "i4": 12}[array.dtype.str[1:]]
    body = array.astype(array.dtype.newbyteorder(">")).tobytes()
    return struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape) + body


def png(pixels: NDArray[np.uint8], size: int = 28) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).resize((size, size)).save(file, "PNG")
    return file.getvalue()


def zipped(files: Files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(files: Files) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return file.getvalue()


def csv(
    images: NDArray[Any], labels: NDArray[Any], *, heading: bool = True, separator: str = ","
) -> bytes:
    rows = [separator.join(["label", *(f"pixel{n}" for n in range(784))])] if heading else []
    rows += [
        separator.join(map(str, [label, *image.ravel()]))
        for label, image in zip(labels.tolist(), images, strict=True)
    ]
    return ("\n".join(rows) + "\n").encode()


def as_parquet(images: NDArray[np.uint8], labels: NDArray[Any], kind: str) -> bytes:
    """A table with images as PNG bytes, as lists of pixels, or with a column for each pixel."""
    columns: dict[str, Any] = {"label": labels.astype(np.int64)}
    if kind == "bytes":
        columns["image"] = [{"bytes": png(image), "path": None} for image in images]
    elif kind == "lists":
        columns["image"] = [image.ravel().tolist() for image in images]
    else:
        columns |= {f"pixel{n}": images.reshape(-1, 784)[:, n] for n in range(784)}
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def emnist_mat(characters: str = "0123456789") -> bytes:
    """The layout of EMNIST's .mat files, whose images are stored column by column."""
    x_train, y_train, x_test, y_test = parts()
    pieces = {
        name: {"images": x.transpose(0, 2, 1).reshape(-1, 784), "labels": y[:, np.newaxis]}
        for name, x, y in (("train", x_train, y_train), ("test", x_test, y_test))
    }
    mapping = np.array([[number, ord(one)] for number, one in enumerate(characters)])
    file = io.BytesIO()
    scipy.io.savemat(file, {"dataset": {**pieces, "mapping": mapping}}, do_compression=True)
    return file.getvalue()


def idx_files(prefix: str = "", *, transposed: bool = False, first: int = 0) -> Files:
    """The four files of MNIST and its relatives, packed; labels begin with `first`."""
    x_train, y_train, x_test, y_test = parts()
    files = {}
    for part, images, labels in (("train", x_train, y_train), ("t10k", x_test, y_test)):
        name = f"{prefix}{'test' if prefix and part == 't10k' else part}"
        turned = images.transpose(0, 2, 1) if transposed else images
        files[f"{name}-images-idx3-ubyte.gz"] = gzip.compress(idx(np.ascontiguousarray(turned)))
        files[f"{name}-labels-idx1-ubyte.gz"] = gzip.compress(idx(labels + np.uint8(first)))
    return files


def mnist_npz(**changed: NDArray[Any]) -> bytes:
    """MNIST's four arrays, some of them changed."""
    names = ("x_train", "y_train", "x_test", "y_test")
    return npz(**{**dict(zip(names, parts(), strict=True)), **changed})


def pictures(folder: str = "{part}/{label}/{number}.png", size: int = 28) -> Files:
    """Pictures of 30 digits to train on and 10 to test, named by a pattern."""
    x_train, y_train, x_test, y_test = parts()
    return {
        folder.format(part=part, label=label, number=number): png(image, size)
        for part, images, labels in (
            ("train", x_train[:30], y_train[:30]),
            ("test", x_test[:10], y_test[:10]),
        )
        for number, (image, label) in enumerate(zip(images, labels, strict=True))
    }
