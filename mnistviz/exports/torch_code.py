"""The code that builds a network with PyTorch, and what differs from a run when it is trained."""

import math

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.exports import texts
from mnistviz.network.layers import EPSILON
from mnistviz.runs.registry import Run

NETWORK = """def build():
    \"\"\"Images (n, 1, {size}, {size}) from 0 to 1 in, probabilities (n, {classes}) out.

    Beside each layer: height, width and channels of its output, as Keras has them.
    \"\"\"
    network = nn.Sequential(
        OrderedDict(
            [
{layers}
            ]
        )
    )
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return network"""

# Maps as Keras flattens them: the channels of a place beside each other.
FLATTEN = """class FlattenLikeKeras(nn.Module):
    \"\"\"Maps (n, channels, height, width) as rows, in Keras' order: height, width, channels.\"\"\"

    def forward(self, maps):
        return maps.permute(0, 2, 3, 1).flatten(1)


"""


def network(run: Run) -> str:
    """The code of `build`, which returns the network with random first weights."""
    texts.need_plain(run.spec.model, "PyTorch")
    return network_code(run.spec.model.layers)


def network_code(layers: tuple[Layer, ...]) -> str:
    """The same for layers."""
    lines = []
    turns = False
    before: tuple[int, ...] = (IMAGE_SIZE, IMAGE_SIZE, 1)
    for layer in layers:
        lines.append(f"                {texts.shape_comment(layer)}")
        turned = layer.type == "Flatten" and math.prod(before[:-1]) > 1
        turns = turns or turned
        call = "FlattenLikeKeras()" if turned else _call(layer)
        lines.append(f'                ("{layer.name}", {call}),')
        if layer.relu:
            lines.append(f'                ("{layer.name}_relu", nn.ReLU()),')
        before = layer.output_shape
    code = NETWORK.format(
        size=IMAGE_SIZE, classes=layers[-1].output_shape[-1], layers="\n".join(lines)
    )
    return (FLATTEN if turns else "") + code


def differences(run: Run) -> list[str]:
    """The differences from a run that only PyTorch has."""
    found = []
    if run.spec.parent is None:
        found.append("The first weights: PyTorch draws them, from the same distribution.")
    if run.spec.model.normalizes:
        found.append(
            "Batch normalization: PyTorch averages the unbiased variance, n / (n - 1) times that\n"
            "  of Keras."
        )
    return found


def _call(layer: Layer) -> str:
    """The expression that makes a layer."""
    match layer.type:
        case "Conv2D":
            height, width, inputs, channels = dict(layer.weights)["kernel"]
            return f"nn.Conv2d({inputs}, {channels}, ({height}, {width}))"
        case "BatchNormalization":
            return f"nn.BatchNorm2d({layer.output_shape[-1]}, eps={EPSILON:g}, momentum=0.01)"
        case "MaxPooling2D":
            return "nn.MaxPool2d(2)"
        case "Dropout":
            return f"nn.Dropout({layer.rate:g})"
        case "Flatten":
            return "nn.Flatten()"
        case "Softmax":
            return "nn.Softmax(dim=1)"
    raise texts.unknown_layer(layer)
