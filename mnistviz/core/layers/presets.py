"""Networks to start from: the published one and its relatives, and well-known others."""

from dataclasses import dataclass

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.layers.notation import share_text


@dataclass(frozen=True)
class Preset:
    """A named network. `text` is in the notation of `notation.py`."""

    name: str
    text: str
    purpose: str


def plan_text(
    channels: tuple[int, ...],
    *,
    batch_norm: bool = True,
    dropout: float = 0.1,
    num_classes: int = NUM_CLASSES,
) -> str:
    """The text of the published network with a channel plan (a, b, c)."""
    first, second, third = channels
    after = ("-BN" if batch_norm else "") + (f"-D{share_text(dropout)}" if dropout else "")
    blocks = [
        f"{first}C3",
        f"{second}C3",
        f"{third}C3",
        "10C1",
        f"{second}C3",
        f"{third}C3",
        "10C1",
    ]
    convolutions = [block + after for block in blocks]
    return "-".join([*convolutions[:3], "MP2", *convolutions[3:], f"{num_classes}C7"])


PRESETS = (
    Preset(
        "published", plan_text((10, 15, 20)), "The network of the course work: 14,000 parameters."
    ),
    Preset(
        "plain 11k",
        plan_text((10, 12, 16), batch_norm=False, dropout=0),
        "The same order of layers without batch normalization and dropout: 11,022 parameters.",
    ),
    Preset(
        "8/16/32",
        plan_text((8, 16, 32)),
        "The author's first plan: 32 channels in the third layer.",
    ),
    Preset(
        "8/16/20", plan_text((8, 16, 20)), "The first plan with 20 channels in the third layer."
    ),
    Preset("5/15/20", plan_text((5, 15, 20)), "The plan that the author's text names."),
    Preset(
        "LeNet-5",
        "6C5same:tanh-AP2-16C5:tanh-AP2-120C5:tanh-F-84FC:tanh-10FC",
        "After LeCun et al. 1998, with all maps connected: larger kernels, two dense layers.",
    ),
    Preset(
        "global average",
        "8C3-BN-10C3-BN-MP2-12C3-BN-16C3-BN-MP2-20C3-BN-10C1-GAP",
        "Under 8,000 parameters: no layer is as large as the map that it ends with.",
    ),
    Preset(
        "one hidden layer", "F-32FC-10FC", "No convolution: each hidden number sees all pixels."
    ),
    Preset("softmax regression", "F-10FC", "The smallest: one weight for each pixel and digit."),
)
