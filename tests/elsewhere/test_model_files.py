"""Model files, each opened by its own runtime: the same answers to 1,000 images."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.exports import formats
from mnistviz.runs import registry, snapshots
from tests.helpers.elsewhere import Elsewhere, Report
from tests.helpers.own_networks import OWN_NETWORKS, own_network_run

RUNS = ("best", "reference", "gap-plain")

KERAS = """
import keras, numpy as np
network = keras.saving.load_model("model.keras")
np.save("answers.npy", network.predict(np.load("images.npy"), verbose=0))
print("Keras", keras.__version__, "on PyTorch")
"""

LITERT = """
import numpy as np
from importlib import metadata
from ai_edge_litert.interpreter import Interpreter
interpreter, images = Interpreter("model.tflite"), np.load("images.npy")
interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], images.shape)
interpreter.allocate_tensors()
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], images)
interpreter.invoke()
np.save("answers.npy", interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
print("LiteRT", metadata.version("ai-edge-litert"))
"""

# mnistviz writes ONNX in this environment, which has the optional package.
WRITE_ONNX = """
import sys
from pathlib import Path
from mnistviz.exports import onnx_file
from mnistviz.runs import registry, snapshots
onnx_file.write(snapshots.latest_snapshot(registry.find_run(sys.argv[1])), Path("model.onnx"))
"""

ONNX = """
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
(image,), (probabilities,) = session.get_inputs(), session.get_outputs()
assert (image.name, image.shape) == ("image", ["n", 28, 28, 1])
assert (probabilities.name, probabilities.shape) == ("probabilities", ["n", 10])
np.save("answers.npy", session.run(None, {"image": np.load("images.npy")})[0])
print("ONNX Runtime", onnxruntime.__version__)
"""

NUMPY = """
import numpy as np, model
np.save("answers.npy", model.classify(np.load("images.npy")[..., 0]))
print("NumPy", np.__version__)
"""


def write(name: str, to: str, file: Path) -> None:
    if name in OWN_NETWORKS:
        own_network_run(name)
    snapshot = snapshots.latest_snapshot(registry.find_run(name))
    formats.export(snapshot, formats.find_format(to, file), file)


@pytest.mark.parametrize("name", [*RUNS, *OWN_NETWORKS])
@pytest.mark.parametrize(
    ("to", "file", "code"),
    [
        ("keras", "model.keras", KERAS),
        ("tflite", "model.tflite", LITERT),
        ("numpy", "model.py", NUMPY),
    ],
)
def test_a_model_file_answers_as_the_network_does(
    name: str,
    to: str,
    file: str,
    code: str,
    tmp_path: Path,
    images: np.ndarray,
    elsewhere: Elsewhere,
    same_answers: Report,
) -> None:
    write(name, to, tmp_path / file)
    same_answers(name, to, elsewhere(code))


@pytest.mark.parametrize("name", [*RUNS, *OWN_NETWORKS])
def test_an_onnx_file_answers_as_the_network_does(
    name: str, images: np.ndarray, elsewhere: Elsewhere, same_answers: Report
) -> None:
    if name in OWN_NETWORKS:
        own_network_run(name)
    elsewhere(WRITE_ONNX, name, path=str(PROJECT))
    same_answers(name, "onnx", elsewhere(ONNX))
