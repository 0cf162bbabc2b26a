"""The code that builds a network with Keras, and what differs from a run when it is trained."""

import numpy as np

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.exports import texts
from mnistviz.runs.registry import Run

NETWORK = """def kernels(seed):
    \"\"\"First kernels: on TensorFlow those of the run. PyTorch takes seeds of 31 bits only.\"\"\"
    seed = seed if keras.backend.backend() == "tensorflow" else seed % 2**31
    return keras.initializers.GlorotUniform(seed)


def build():
    \"\"\"Images (n, {size}, {size}, 1) from 0 to 1 in, probabilities (n, {classes}) out.\"\"\"
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(({size}, {size}, 1)),
{layers}
        ]
    )"""


def network(run: Run) -> str:
    """The code of `build`, which returns the network with its first weights."""
    spec = run.spec.model
    # As `network.keras_model.build` draws them.
    seeds = np.random.SeedSequence(run.spec.train.seed).generate_state(len(spec.layers))
    lines = []
    for layer, seed in zip(spec.layers, seeds, strict=True):
        lines.append(f"            {texts.shape_comment(layer)}")
        lines.append(f"            layers.{_call(layer, int(seed))},")
    return NETWORK.format(
        size=IMAGE_SIZE, classes=spec.layers[-1].output_shape[-1], layers="\n".join(lines)
    )


def differences(run: Run) -> list[str]:
    """The differences from a run that only Keras has."""
    if not run.spec.model.normalizes:
        return []
    return [
        "Batch normalization: Keras starts the averages at 0 and 1 and moves them by 1 % a step;\n"
        "  the run averaged its first 100 steps evenly. After some 500 steps they agree."
    ]


def _call(layer: Layer, seed: int) -> str:
    """The expression that makes a layer."""
    match layer.type:
        case "Conv2D" | "DepthwiseConv2D":
            channels = f"{layer.output_shape[-1]}, " if layer.type == "Conv2D" else ""
            drawn = "kernel" if layer.type == "Conv2D" else "depthwise"
            return (
                f"{layer.type}({channels}({layer.window}, {layer.window}){_options(layer)}, "
                f'{drawn}_initializer=kernels({seed}), name="{layer.name}")'
            )
        case "Dense":
            return (
                f"Dense({layer.output_shape[-1]}{_options(layer)}, "
                f'kernel_initializer=kernels({seed}), name="{layer.name}")'
            )
        case "MaxPooling2D" | "AveragePooling2D":
            window = f"({layer.window}, {layer.window}), strides={layer.stride}"
            return f'{layer.type}({window}{_options(layer)}, name="{layer.name}")'
        case "Dropout":
            return f'Dropout({layer.rate:g}, name="{layer.name}")'
        case "BatchNormalization" | "GlobalAveragePooling2D" | "Flatten" | "Softmax":
            return f'{layer.type}(name="{layer.name}")'
    raise texts.unknown_layer(layer)


def _options(layer: Layer) -> str:
    """The settings of a layer that are not Keras' defaults."""
    stride = f", strides={layer.stride}" if "Conv" in layer.type and layer.stride > 1 else ""
    padding = f', padding="{layer.padding}"' if layer.padding != "valid" else ""
    activation = f', activation="{layer.activation}"' if layer.activation != "none" else ""
    return stride + padding + activation
