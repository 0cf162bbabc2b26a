"""The training scripts: each is run for one epoch on a small sample, in a process of its own.

The PyTorch ones are run in `tests/elsewhere`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.mnist import MNIST_FILE, load_mnist
from mnistviz.exports import scripts, torch_code, training_data
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.run_zips import make_run, weights_of

CODE = """
import sys, numpy as np, model
network = model.build()
np.save("first.npy", network.predict(model.as_input(np.load("images.npy")), verbose=0))
print([list(layer.output.shape[1:]) for layer in network.layers], network.count_params())
trained = model.train(sys.argv[1], epochs=1, limit=int(sys.argv[2]))
np.savez("trained.npz", *trained.get_weights())
assert not [name for name in sys.modules if name.startswith("mnistviz")]
"""


def latest(name: str) -> Snapshot:
    return snapshots.latest_snapshot(registry.find_run(name))


def run_keras(run: Run, folder: Path, limit: int = 600) -> list[str]:
    """Write the Keras script of a run, build its network, train it; return what is printed."""
    scripts.write_keras(snapshots.latest_snapshot(run), folder / "model.py")
    np.save(folder / "images.npy", load_mnist().x_test[:100])
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(MNIST_FILE), str(limit)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("name", ["best", "reference", "gap-plain"])
def test_the_keras_script_builds_and_trains_the_network_of_the_run(
    name: str, tmp_path: Path
) -> None:
    run = registry.find_run(name)
    built, *log = run_keras(run, tmp_path)
    model = run.spec.model
    shapes = [list(layer.output_shape) for layer in model.layers]
    assert built == f"{shapes} {model.parameters}"
    first = load(Snapshot(run, 0)).classify(load_mnist().x_test[:100])
    np.testing.assert_allclose(np.load(tmp_path / "first.npy"), first, atol=1e-5)
    assert re.fullmatch(
        r"epoch 1: loss \d\.\d{4}, accuracy 0\.\d{4}, validation loss \d\.\d{4}, accuracy .*",
        log[0],
    )
    assert len(log) == 1 + bool(run.spec.train.held_out)
    assert np.isfinite(float(log[0].split()[3].rstrip(",")))
    with np.load(tmp_path / "trained.npz") as trained:
        assert [trained[key].shape for key in trained] == [
            shape for layer in model.layers for _, shape in layer.weights
        ]


@pytest.mark.slow
@pytest.mark.process
def test_a_script_learns(tmp_path: Path) -> None:
    """Without normalization, whose averages need more steps than a small sample has."""
    train = TrainSpec(num_images=4_000, batch_size=20, learning_rate=0.004, epochs=1)
    model = ModelSpec(channels=(6, 8, 8), batch_norm=False, dropout=0.0)
    run = registry.create_run("plain", model, train, "small")
    snapshots.write(
        Snapshot(run, 0), [np.zeros(s, np.float32) for la in model.layers for _, s in la.weights]
    )
    log = run_keras(run, tmp_path, limit=4_000)
    assert float(log[1].rpartition(" ")[2]) > 0.5


@pytest.mark.slow
@pytest.mark.process
def test_the_script_of_a_fork_begins_with_the_weights_of_its_parent(tmp_path: Path) -> None:
    parent = make_run()
    train = TrainSpec(num_images=600, batch_size=200, learning_rate=1e-6, epochs=1)
    fork = registry.create_run(
        "fork", parent.spec.model, train, "fork", Parent(run=parent.id, step=20)
    )
    weights = snapshots.read(Snapshot(parent, 20))
    snapshots.write_start(fork, weights)
    snapshots.write(Snapshot(fork, 0), weights_of(1))
    run_keras(fork, tmp_path)
    with np.load(tmp_path / "trained.npz") as trained:
        for (layer, name), array in zip(
            [(la.name, n) for la in fork.spec.model.layers for n, _ in la.weights],
            trained.values(),
            strict=True,
        ):
            if not name.startswith("moving_"):
                np.testing.assert_allclose(array, weights[layer][name], atol=1e-4)


@pytest.mark.slow
def test_images_beside_mnist_are_those_of_the_run_in_their_order() -> None:
    run = registry.find_run("best")
    arrays = training_data.arrays_of(run)
    train, mnist = run.spec.train, load_mnist()
    images = np.concatenate([mnist.x_train, arrays["images"]])[arrays["chosen"]]
    labels = np.concatenate([mnist.y_train, arrays["labels"]])[arrays["chosen"]]
    assert len(images) == train.num_trained == len(arrays["soft_labels"])
    np.testing.assert_array_equal(images[: train.num_images], mnist.x_train[: train.num_images])
    np.testing.assert_array_equal(labels[: train.num_images], mnist.y_train[: train.num_images])
    assert len(arrays["images"]) == train.tablet_digits
    assert training_data.arrays_of(registry.find_run("reference")) == {}


@pytest.mark.parametrize("write", [scripts.write_keras, scripts.write_torch])
@pytest.mark.parametrize("name", ["best", "reference", "gap-plain"])
def test_the_code_has_no_unknown_and_no_unused_name(
    write: scripts.Writer, name: str, tmp_path: Path
) -> None:
    write(latest(name), tmp_path / "model.py")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9,E501"]
    command += ["--line-length", "120", str(tmp_path / "model.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("write", [scripts.write_keras, scripts.write_torch])
def test_a_notebook_has_the_cells_of_the_script_and_trains_at_its_end(
    write: scripts.Writer, tmp_path: Path
) -> None:
    write(latest("best"), tmp_path / "model.ipynb")
    write(latest("best"), tmp_path / "model.py")
    cells = json.loads((tmp_path / "model.ipynb").read_text(encoding="utf-8"))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", *["code"] * (len(cells) - 1)]
    code = "\n".join("".join(cell["source"]) for cell in cells[1:])
    compile(code, "notebook", "exec")
    assert code.endswith("\ntrained = train()")
    assert "__file__" not in code
    assert "argparse" not in code
    script = (tmp_path / "model.py").read_text(encoding="utf-8")
    for definition in re.findall(r"^def \w+.*$", script, re.MULTILINE):
        assert definition in code


def test_maps_are_flattened_in_the_order_of_keras() -> None:
    """PyTorch has channels first, so that a flattened map needs another order."""
    spec = ModelSpec()
    maps = tuple(layer for layer in spec.layers if layer.name != "conv8")
    assert '("flatten", FlattenLikeKeras())' in torch_code.network_code(maps)
    assert '("flatten", nn.Flatten())' in torch_code.network_code(spec.layers)


def test_the_head_names_what_is_not_the_same(tmp_path: Path) -> None:
    scripts.write_torch(latest("best"), tmp_path / "model.py")
    head = (tmp_path / "model.py").read_text(encoding="utf-8").split('"""')[1]
    for part in ("The first weights", "unbiased variance", "changes of the images", "soft labels"):
        assert part in head
    assert "dropout are drawn anew" not in head
