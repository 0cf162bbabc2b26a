"""Read a Keras file: `python -m mnistviz.runs.archive.keras_reader FILE FOLDER`.

The configuration is read as JSON and the network is built here, of stock layers: nothing that the
file describes is executed. Only arrays come from it. Writes `model.json` and `weights.npz`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from mnistviz.core.errors import RunError
from mnistviz.core.safe_zip import ZipError, open_zip
from mnistviz.core.types.arrays import FloatArray
from mnistviz.runs.archive.keras_layers import Fit, KerasLayer, fit, layers_of

# A network of this program has at most 4 MB of weights; optimizers keep two more of them.
MAX_FILE_BYTES = 32 * 2**20
MAX_CONFIG_BYTES = 2**20


def main(file: str, folder: str) -> int:
    """Read the file in this process. Return 1, the reason printed, where it is refused."""
    try:
        config, weights_file = _parts(Path(file), Path(folder))
        layers = layers_of(config)
        found = fit(layers)
        arrays = _arrays(layers, found, weights_file)
    except (RunError, ZipError, OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        # HDF5 raises any of these for a damaged file.
        text = " ".join(str(error).split())[:300]
        prefix = "" if isinstance(error, RunError) else "import: the file can't be read: "
        print(f"{prefix}{text}")
        return 1
    np.savez(Path(folder) / "weights.npz", *arrays)
    model = json.dumps(found.model.model_dump(mode="json"))
    (Path(folder) / "model.json").write_text(model, encoding="utf-8")
    return 0


def _parts(file: Path, folder: Path) -> tuple[Any, Path]:
    """The configuration of a model, and an HDF5 file with its weights that was checked."""
    with file.open("rb") as content:
        if content.read(4) == b"\x89HDF":
            _check_arrays(file)
            return json.loads(_hdf5_config(file)), file
        content.seek(0)
        with open_zip(content) as archive:
            config = json.loads(archive.read("config.json", MAX_CONFIG_BYTES))
            weights = archive.read("model.weights.h5", MAX_FILE_BYTES)
    weights_file = folder / "model.weights.h5"
    weights_file.write_bytes(weights)
    _check_arrays(weights_file)
    return config, weights_file


def _hdf5_config(file: Path) -> str:
    import h5py

    with h5py.File(file, "r") as content:
        config = content.attrs.get("model_config")
    if config is None or len(config) > MAX_CONFIG_BYTES:
        raise RunError(
            "import: expected a file of a whole model, got one without its layers; save it with "
            "model.save('FILE.keras'); nothing was imported"
        )
    return config.decode() if isinstance(config, bytes) else str(config)


def _check_arrays(file: Path) -> None:
    """Refuse links, data in other files and arrays that are too large, before one is read."""
    import h5py

    total = 0
    with h5py.File(file, "r") as content:
        groups = [content]
        while groups:
            group = groups.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise RunError(
                        "import: expected plain arrays, got a link; nothing was imported"
                    )
                item = group[name]
                if isinstance(item, h5py.Group):
                    groups.append(item)
                    continue
                if item.external or item.is_virtual:
                    raise RunError(
                        "import: expected plain arrays, got data of another file; nothing was "
                        "imported"
                    )
                total += item.nbytes
    if total > MAX_FILE_BYTES:
        raise RunError(
            f"import: expected at most {MAX_FILE_BYTES:,} bytes of weights, got {total:,}; nothing "
            "was imported"
        )


def _arrays(layers: list[KerasLayer], found: Fit, weights_file: Path) -> list[FloatArray]:
    """The arrays in `get_weights()` order of the network that was found."""
    model = _built(layers)
    model.load_weights(weights_file)
    arrays = []
    for layer in found.model.layers:
        if not layer.weights:
            continue
        theirs = model.get_layer(found.names[layer.name])
        given = {variable.name: np.asarray(variable) for variable in theirs.weights}
        for name, shape in layer.weights:
            start = np.ones if name == "gamma" else np.zeros
            arrays.append(given.get(name, start(shape)).astype(np.float32))
    return arrays


def _built(layers: list[KerasLayer]) -> Any:
    """The model of stock layers, in the order and with the names of the file."""
    # Keras takes seconds to import: only in the child process.
    import keras

    from mnistviz.core.constants import IMAGE_SIZE

    stock = [_stock_layer(one) for one in layers if one.type not in ("InputLayer", "Reshape")]
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1))
    return keras.Sequential([image, *stock])


def _stock_layer(layer: KerasLayer) -> Any:
    """The layer of Keras with the name and the arrays of that in the file."""
    import keras

    kind, part = getattr(keras.layers, layer.type), layer.part
    bias = {"use_bias": bool(layer.config.get("use_bias", True)), "name": layer.name}
    window = {"strides": part.stride, "padding": part.padding}
    match layer.type:
        case "Conv2D":
            return kind(part.channels, part.window, **window, **bias)
        case "DepthwiseConv2D":
            return kind(part.window, **window, **bias)
        case "Dense":
            return kind(part.channels, **bias)
        case "MaxPooling2D" | "AveragePooling2D":
            return kind(part.window, **window, name=layer.name)
        case "BatchNormalization":
            parts = {name: bool(layer.config.get(name, True)) for name in ("center", "scale")}
            return kind(**parts, name=layer.name)
        case "Activation":
            return kind("linear", name=layer.name)
        case "Dropout":
            return kind(0.0, name=layer.name)
        case _:
            return kind(name=layer.name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
