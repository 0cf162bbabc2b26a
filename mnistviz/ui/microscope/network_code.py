"""The whole network as code: the source that computes it, and the shapes of the chosen run."""

import inspect

import streamlit as st

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.model_spec import ModelSpec
from mnistviz.network import layers, windows
from mnistviz.texts import _
from mnistviz.ui.shared.words.explained import explained


def show_network_code(model: ModelSpec) -> None:
    """Show the layers with the shapes of their arrays, and the code, in an expander."""
    with st.expander(_("The whole network as code"), icon=":material/code:"):
        explained(
            _(
                "These are the layers of this network, and the code that computes every number on "
                "these pages, with NumPy alone. The function `layer_outputs` applies the layers "
                "one after another. The function `layer_gradients` goes the same way back. It "
                "says how much each value changes a score. Below them is what slides windows over "
                "maps: convolutions and pooling."
            )
        )
        st.code(shapes_text(model), language=None)
        for module in (layers, windows):
            source = inspect.getsource(module)
            st.code(source, language="python", line_numbers=True, height=600)


def shapes_text(model: ModelSpec) -> str:
    """The layers of a network as a text table: type, shape of the output, shapes of the weights."""
    lines = [f"{'input':<10}{'':<20}{_shape((IMAGE_SIZE, IMAGE_SIZE, 1)):<15}"]
    for layer in model.layers:
        weights = ", ".join(f"{name} {_shape(shape)}" for name, shape in layer.weights)
        kind = f"{layer.type}{', ReLU' if layer.relu else ''}"
        lines.append(f"{layer.name:<10}{kind:<20}{_shape(layer.output_shape):<15}{weights}")
    return "\n".join(line.rstrip() for line in lines)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(str(length) for length in shape)
