"""The tasks of the lesson: their answers are true, of the networks that their links open."""

import pytest

from mnistviz.classroom.lesson.tasks import DESIGNED, TASKS, Task
from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot


def task_about(words: str) -> Task:
    (found,) = [task for task in TASKS if words in task.question]
    return found


def test_there_are_twelve_tasks_with_a_right_answer() -> None:
    assert len(TASKS) == 12
    for task in TASKS:
        assert 0 <= task.right < len(task.answers)
        assert task.question.count("?") == 1
    # The right answer is not always at the same place.
    assert len({task.right for task in TASKS}) == 3


def test_shapes_are_those_of_the_network() -> None:
    layers = {layer.name: layer for layer in ModelSpec().layers}
    height, width, _ = layers["conv1"].output_shape
    small = task_about("without leaving it")
    assert small.answers[small.right] == f"{height}×{width}"
    weights = snapshots.read(snapshots.find("best"))["conv2"]["kernel"]
    numbers = task_about("one kernel of the second")
    assert int(numbers.answers[numbers.right]) == weights[..., 0].size


def test_the_last_layer_of_the_designed_network_has_most_parameters() -> None:
    layers = ModelSpec(network=DESIGNED).layers
    most = max(layers, key=lambda layer: layer.parameters)
    assert most.parameters == 4_010
    assert most == [layer for layer in layers if layer.parameters][-1]


@pytest.mark.parametrize(
    ("words", "low", "high"), [("first step", 0.05, 0.15), ("20 steps", 0.75, 0.87)]
)
def test_early_accuracies_are_as_the_solutions_say(words: str, low: float, high: float) -> None:
    task = task_about(words)
    data = load_mnist()
    run = registry.find_run(task.query["run"])
    step = round(float(task.query["snapshot"]) * run.spec.train.steps_per_epoch)
    network = load(Snapshot(run, step))
    answers = network.logits(to_input(data.x_test[:1_000])).argmax(axis=1)
    assert low < (answers == data.y_test[:1_000]).mean() < high


def test_the_misread_image_is_misread() -> None:
    task = task_about("The label of this image")
    number = int(task.query["image"])
    data = load_mnist()
    logits = load(snapshots.find("best")).logits(to_input(data.x_test[number : number + 1]))
    assert str(data.y_test[number]) in task.question
    assert str(logits[0].argmax()) == task.answers[task.right]
