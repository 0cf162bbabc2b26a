"""PyTorch scripts, run for one epoch on a small sample; notebooks, checked and run."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mnistviz.digits.mnist import MNIST_FILE
from mnistviz.exports import formats
from mnistviz.runs import registry, snapshots
from tests.helpers.elsewhere import Elsewhere, Report
from tests.helpers.own_networks import OWN_NETWORKS, own_network_run

RUNS = ("best", "reference", "gap-plain")

TRAIN = """
import json, sys, numpy as np, torch, model
network = model.build()
values, shapes = torch.zeros(1, 1, 28, 28), {}
network.eval()
for name, layer in network.named_children():
    values = layer(values)
    shapes[name] = list((values.permute(0, 2, 3, 1) if values.ndim == 4 else values).shape[1:])
state = [value for value in network.state_dict().values() if value.is_floating_point()]
print(json.dumps([shapes, sum(value.numel() for value in state)]))
# The weights of the run, in the order of Keras.
with torch.no_grad(), np.load("weights.npz") as arrays:
    for value, array in zip(state, arrays.values(), strict=True):
        turned = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
        value.copy_(torch.from_numpy(turned.copy()).reshape(value.shape))
    answers = network(model.channels_first(np.load("images.npy")))
np.save("answers.npy", answers.numpy())
torch.set_num_threads(1)
model.train(sys.argv[1], epochs=1, limit=600)
print("PyTorch", torch.__version__)
"""

NOTEBOOK = """
import sys, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
assert code.pop() == "trained = train()"
names = {}
for source in code:
    exec(source, names)
names["train"](sys.argv[2], epochs=1, limit=300)
"""


def write(name: str, to: str, file: Path) -> None:
    snapshot = snapshots.latest_snapshot(registry.find_run(name))
    formats.export(snapshot, formats.find_format(to, file), file)


@pytest.mark.parametrize("name", [*RUNS, *OWN_NETWORKS])
def test_the_torch_script_builds_and_trains_the_network_of_the_run(
    name: str, tmp_path: Path, images: np.ndarray, elsewhere: Elsewhere, same_answers: Report
) -> None:
    if name in OWN_NETWORKS:
        own_network_run(name)
    write(name, "torch", tmp_path / "model.py")
    snapshot = snapshots.latest_snapshot(registry.find_run(name))
    np.savez(tmp_path / "weights.npz", *snapshots.in_order(snapshots.read(snapshot)))
    built, *log, version = elsewhere(TRAIN, MNIST_FILE).splitlines()
    model = snapshot.run.spec.model
    shapes, parameters = json.loads(built)
    assert parameters == model.parameters
    for layer in model.layers:
        of_layer = shapes.get(f"{layer.name}_flatten", shapes[layer.name])
        assert of_layer == [*layer.output_shape], layer
    assert re.fullmatch(
        r"epoch 1: loss \d+\.\d{4}, accuracy 0\.\d{4}, validation loss \d+\.\d{4}, accuracy .*",
        log[0],
    )
    assert len(log) == 1 + bool(snapshot.run.spec.train.held_out)
    same_answers(name, "torch", version)


@pytest.mark.parametrize("name", ["best", "reference"])
@pytest.mark.parametrize("to", ["torch", "notebook", "handin"])
def test_a_notebook_is_valid_and_runs_to_its_end(
    name: str, to: str, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    write(name, to, tmp_path / "model.ipynb")
    log = elsewhere(NOTEBOOK, "model.ipynb", MNIST_FILE)
    assert log.startswith("epoch 1: loss ")
