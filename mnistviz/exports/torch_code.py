"""The code that builds a network with PyTorch, and what differs from a run when it is trained."""

import math

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.exports import texts
from mnistviz.network.layers import EPSILON
from mnistviz.network.windows import border
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
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return network"""

# Modules that PyTorch lacks, by name; each is written where a network needs it.
OWN_MODULES = {
    # Maps as Keras flattens them: the channels of a place beside each other.
    "FlattenLikeKeras": """class FlattenLikeKeras(nn.Module):
    \"\"\"Maps (n, channels, height, width) as rows, in Keras' order: height, width, channels.\"\"\"

    def forward(self, maps):
        return maps.permute(0, 2, 3, 1).flatten(1)


""",
    # PyTorch's own pads both sides alike.
    "AveragePoolLikeKeras": """class AveragePoolLikeKeras(nn.Module):
    \"\"\"The mean of each window; the border (left, right, top, bottom) does not count.\"\"\"

    def __init__(self, window, stride, border):
        super().__init__()
        self.window, self.stride, self.border = window, stride, border

    def forward(self, maps):
        def means(values):
            bordered = functional.pad(values, self.border)
            return functional.avg_pool2d(bordered, self.window, self.stride)

        return means(maps) / means(torch.ones_like(maps))


""",
}
ACTIVATIONS = {"relu": "nn.ReLU()", "tanh": "nn.Tanh()", "sigmoid": "nn.Sigmoid()"}


def network(run: Run) -> str:
    """The code of `build`, which returns the network with random first weights."""
    return network_code(run.spec.model.layers)


def network_code(layers: tuple[Layer, ...]) -> str:
    """The same for layers."""
    lines = []
    classes = set()
    before: tuple[int, ...] = (IMAGE_SIZE, IMAGE_SIZE, 1)
    for layer in layers:
        lines.append(f"                {texts.shape_comment(layer)}")
        for name, call in _modules(layer, before):
            lines.append(f'                ("{name}", {call}),')
            classes.add(call.partition("(")[0])
        before = layer.output_shape
    code = NETWORK.format(
        size=IMAGE_SIZE, classes=layers[-1].output_shape[-1], layers="\n".join(lines)
    )
    return "".join(own for name, own in OWN_MODULES.items() if name in classes) + code


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


def _modules(layer: Layer, before: tuple[int, ...]) -> list[tuple[str, str]]:
    """The modules of a layer that gets values of the shape `before`: name, and expression."""
    name = layer.name
    if layer.type == "GlobalAveragePooling2D":
        return [(name, "nn.AdaptiveAvgPool2d(1)"), (f"{name}_flatten", "nn.Flatten()")]
    if layer.type == "Flatten" and math.prod(before[:-1]) > 1:
        return [(name, "FlattenLikeKeras()")]
    modules = [(name, _call(layer, before[-1]))]
    if layer.padding == "same":
        # PyTorch has left and right first.
        (top, bottom), (left, right) = (border(layer, side) for side in before[:2])
        sides = f"({left}, {right}, {top}, {bottom})"
        if layer.type == "AveragePooling2D":
            modules = [(name, f"AveragePoolLikeKeras({layer.window}, {layer.stride}, {sides})")]
        elif top or bottom or left or right:
            value = '-float("inf")' if layer.type == "MaxPooling2D" else "0.0"
            modules.insert(0, (f"{name}_border", f"nn.ConstantPad2d({sides}, {value})"))
    if layer.activation != "none":
        modules.append((f"{name}_{layer.activation}", ACTIVATIONS[layer.activation]))
    return modules


def _call(layer: Layer, inputs: int) -> str:
    """The expression that makes a layer without its border, its activation after it."""
    window, stride = layer.window, layer.stride
    strided = f", stride={stride}" if stride > 1 else ""
    channels = layer.output_shape[-1]
    match layer.type:
        case "Conv2D":
            return f"nn.Conv2d({inputs}, {channels}, ({window}, {window}){strided})"
        case "DepthwiseConv2D":
            return f"nn.Conv2d({inputs}, {inputs}, ({window}, {window}){strided}, groups={inputs})"
        case "Dense":
            return f"nn.Linear({inputs}, {channels})"
        case "BatchNormalization":
            sides = "2d" if len(layer.output_shape) == 3 else "1d"
            return f"nn.BatchNorm{sides}({channels}, eps={EPSILON:g}, momentum=0.01)"
        case "MaxPooling2D":
            return f"nn.MaxPool2d({window}, {stride})"
        case "AveragePooling2D":
            return f"nn.AvgPool2d({window}, {stride})"
        case "Dropout":
            return f"nn.Dropout({layer.rate:g})"
        case "Flatten":
            return "nn.Flatten()"
        case "Softmax":
            return "nn.Softmax(dim=1)"
    raise texts.unknown_layer(layer)
