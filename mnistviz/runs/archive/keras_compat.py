"""Make a `.keras` file open in Keras 3.5 and later.

Each version of Keras writes all arguments of a layer, and refuses those that it does not know. A
newer argument that has its default says nothing: without it, older versions open the file. A seed
of 32 bits stops Keras on PyTorch; it says nothing either, as the file has the weights.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

from mnistviz.core import storage

CONFIG = "config.json"

# Arguments that Keras added after 3.5, with their defaults.
NEWER_DEFAULTS: dict[str, Any] = {
    # of initializers
    "input_axes": None,
    "output_axes": None,
    # of batch normalizations
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
    # of dense layers
    "quantization_config": None,
    # of the input
    "optional": False,
}


def for_older_keras(config: Any) -> Any:
    """Return a Keras configuration without seeds and the newer arguments that have defaults."""
    if isinstance(config, list):
        return [for_older_keras(value) for value in config]
    if not isinstance(config, dict):
        return config
    return {
        name: None if name == "seed" else for_older_keras(value)
        for name, value in config.items()
        if name not in NEWER_DEFAULTS or value != NEWER_DEFAULTS[name]
    }


def rewrite(file: Path) -> None:
    """Write a `.keras` file anew, with the configuration of `for_older_keras`."""
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = for_older_keras(json.loads(contents[CONFIG]))
    contents[CONFIG] = json.dumps(config).encode()
    with storage.atomic_write(file) as target, zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
