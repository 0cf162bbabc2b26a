"""One trainer in a process of its own: `python -m benchmarks.contenders NAME`.

Each trains the reference recipe: the same network, batch size and data in memory,
validated after the epoch on the test set. It prints `ready`, trains an epoch for each
line it reads and prints `ready` again: whoever started it holds the clock.
"""

import sys
import tempfile
from collections.abc import Callable

from mnistviz.core.recipes import find_recipe

REFERENCE = find_recipe("reference")


def main(name: str) -> None:
    CONTENDERS[name](_wait_for_start)


def _wait_for_start() -> None:
    """Report the end of an epoch and wait for the next; exit when there is none."""
    print("ready", flush=True)
    if not sys.stdin.readline():
        sys.exit()


def train_with_product(wait: Callable[[], None]) -> None:
    """Train as the worker does, and write rows, snapshots and checkpoints."""
    import os

    from mnistviz.digits.mnist import load_mnist
    from mnistviz.network.fast_layers import give_each_half_a_core
    from mnistviz.runs import registry
    from mnistviz.training.loop import Command, train
    from mnistviz.training.recorder import RunRecorder

    class Paced(RunRecorder):
        """Waits at the start of each epoch."""

        def before_step(self, step: int, settle: Callable[[], None]) -> Command:
            command = super().before_step(step, settle)
            if step % spec.steps_per_epoch == 0:
                wait()
            return command

    give_each_half_a_core(os.cpu_count() or 1)
    spec = REFERENCE.train.changed(epochs=200)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        run = registry.create_run("reference", REFERENCE.model, spec)
        train(REFERENCE.model, spec, load_mnist(), Paced(run))


def train_with_keras(wait: Callable[[], None]) -> None:
    """Train with Keras' own layers and `fit`, as its examples do."""
    import keras

    from mnistviz.digits.mnist import load_mnist, to_input
    from mnistviz.network.keras_model import build

    data = load_mnist()
    train = to_input(data.x_train)[..., None], data.y_train
    test = to_input(data.x_test)[..., None], data.y_test
    network = build(REFERENCE.model)
    network.compile(
        keras.optimizers.Adam(REFERENCE.train.learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    while True:
        wait()
        batch_size = REFERENCE.train.batch_size
        network.fit(*train, batch_size=batch_size, validation_data=test, verbose=0)


def train_with_torch(wait: Callable[[], None]) -> None:
    """Train the same layers in PyTorch, channels first."""
    import torch
    from torch import nn

    from mnistviz.digits.mnist import load_mnist, to_input

    data = load_mnist()
    images, test_images = (
        torch.from_numpy(to_input(pixels)[:, None]) for pixels in (data.x_train, data.x_test)
    )
    labels, test_labels = (
        torch.from_numpy(digits.astype("int64")) for digits in (data.y_train, data.y_test)
    )
    layers: list[nn.Module] = []
    for layer in REFERENCE.model.layers:
        match layer.type:
            case "Conv2D":
                height, width, depth, channels = dict(layer.weights)["kernel"]
                layers.append(nn.Conv2d(depth, channels, (height, width)))
                if layer.relu:
                    layers.append(nn.ReLU())
            case "BatchNormalization":
                layers.append(nn.BatchNorm2d(layer.output_shape[-1], eps=1e-3, momentum=0.01))
            case "Dropout":
                layers.append(nn.Dropout(REFERENCE.model.dropout))
            case "MaxPooling2D":
                layers.append(nn.MaxPool2d(2))
            case "Flatten":
                layers.append(nn.Flatten())
    network = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(network.parameters(), REFERENCE.train.learning_rate)
    while True:
        wait()
        network.train()
        for chosen in torch.randperm(len(images)).split(REFERENCE.train.batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            logits = torch.cat([network(part) for part in test_images.split(1_000)])
            (logits.argmax(1) == test_labels).float().mean().item()


CONTENDERS = {
    "mnistviz": train_with_product,
    "keras": train_with_keras,
    "torch": train_with_torch,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
