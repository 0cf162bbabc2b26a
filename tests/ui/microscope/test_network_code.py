"""The network as code, with the shapes of a run."""

from mnistviz.core.model_spec import ModelSpec
from mnistviz.ui.microscope.network_code import shapes_text


def test_each_layer_has_a_line_with_its_shapes() -> None:
    model = ModelSpec(channels=(8, 16, 32), dropout=0)
    lines = shapes_text(model).splitlines()
    assert [line.split()[0] for line in lines] == ["input", *(one.name for one in model.layers)]
    conv3 = next(line for line in lines if line.startswith("conv3"))
    assert conv3.split() == (
        [
            "conv3",
            "Conv2D,",
            "ReLU",
            "22",
            "×",
            "22",
            "×",
            "32",
            "kernel",
            "3",
            "×",
            "3",
            "×",
            "16",
            "×",
            "32,",
            "bias",
            "32",
        ]
    )
