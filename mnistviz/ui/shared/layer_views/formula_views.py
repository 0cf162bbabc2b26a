"""Views of pooling, batch normalization and softmax with their real numbers.

The browser computes them in float64 and moves the window without a round trip to the server.
"""

from dataclasses import dataclass

from mnistviz.core.layers.layer import Layer
from mnistviz.core.types.arrays import FloatArray, Weights
from mnistviz.network.layers import EPSILON
from mnistviz.ui.shared.browser_script import view_component
from mnistviz.ui.shared.layer_views.arrays import COLOUR_SCALES, array_as_text
from mnistviz.ui.shared.layer_views.sliding_component import BROWSER, CSS, sliding_component

_pool = sliding_component("pool", "number_grid")
_normalization = sliding_component("normalization")
_softmax = view_component(
    "mnistviz_softmax",
    (BROWSER / "softmax.html").read_text(encoding="utf-8"),
    CSS,
    BROWSER / "pixel_map.js",
    BROWSER / "softmax.js",
)


@dataclass(frozen=True)
class ChannelNormalization:
    """The numbers of a batch normalization for one channel.

    A value becomes (value − mean) / √(variance + epsilon) · gamma + beta.
    """

    mean: float
    variance: float
    gamma: float
    beta: float
    epsilon: float = EPSILON


def normalization_of(weights: Weights, name: str, channel: int) -> ChannelNormalization:
    """Return the numbers of the batch normalization `name` for a channel."""
    numbers = {key: float(values[channel]) for key, values in weights[name].items()}
    return ChannelNormalization(
        mean=numbers["moving_mean"],
        variance=numbers["moving_variance"],
        gamma=numbers["gamma"],
        beta=numbers["beta"],
    )


def pool_view(
    values: FloatArray,
    layer: Layer,
    *,
    key: str,
    input_name: str,
    map_name: str,
    start: tuple[int, int] = (0, 0),
) -> tuple[int, int] | None:
    """Show the pooling of a map `(height, width)` float32, and where its window came to rest.

    `layer` is a max or average pooling without padding, `start` (row, column) in the pooled map.
    The result is None before the window was moved.
    """
    result = _pool(
        key=key,
        data={
            "input": array_as_text(values),
            "window": {
                "size": layer.window,
                "stride": layer.stride,
                "mean": layer.type == "AveragePooling2D",
            },
            "captions": {"input": input_name, "map": map_name},
            "start": start,
            "scales": COLOUR_SCALES,
        },
        on_place_change=lambda: None,
    )
    place = result.get("place")
    return None if place is None else (int(place[0]), int(place[1]))


def normalization_view(
    values: FloatArray,
    numbers: ChannelNormalization,
    *,
    key: str,
    input_name: str,
    map_name: str,
) -> None:
    """Show the batch normalization of a map `(height, width)` float32, value by value."""
    _normalization(
        key=key,
        data={
            "input": array_as_text(values),
            "numbers": vars(numbers),
            "captions": {"input": input_name, "map": map_name},
            "scales": COLOUR_SCALES,
        },
    )


def softmax_view(
    scores: FloatArray, temperature: float | None, *, key: str, names: tuple[str, ...]
) -> None:
    """Show the softmax of the scores `(10,)` of classes with `names` that a person can change.

    `temperature` divides the scores first, where the probabilities are calibrated; None where not.
    """
    data = {"scores": array_as_text(scores), "temperature": temperature, "names": names}
    _softmax(key=key, data=data)
