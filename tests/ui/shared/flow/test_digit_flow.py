"""The drawing that comes from the browser, and the figures that go back."""

import base64

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flow import texts
from mnistviz.ui.shared.flow.digit_flow import figures_of, image_of, short_names, strokes_of
from mnistviz.ui.shared.flow.network_weights import browser_layers, has_maps, network_data
from tests.helpers.hand_made_strokes import HAND_MADE
from tests.helpers.own_data_runs import keep_set, run_on


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    found = snapshots.latest_snapshot(registry.find_run("best"))
    assert found is not None
    return found


def test_strokes_of_the_browser_are_a_drawing() -> None:
    drawn = strokes_of({"number": 3, "strokes": [[[1, 2], [3, 4.5]], [[7, 8]]]})
    assert [line.tolist() for line in drawn.strokes] == [[[1, 2], [3, 4.5]], [[7, 8]]]
    assert not strokes_of({}).strokes
    assert not image_of(strokes_of({})).any()


def test_the_figures_are_those_of_the_network(snapshot: Snapshot) -> None:
    drawn = strokes_of({"strokes": HAND_MADE["4"]})
    figures = figures_of(snapshot, drawn, None)
    network = loaded_networks.network(snapshot)
    outputs = network.outputs(image_of(drawn)[np.newaxis])
    expected = np.concatenate(
        [
            outputs[one.layer.name].ravel()
            for one in browser_layers(network.spec) or []
            if has_maps(one)
        ]
    )
    assert np.array_equal(np.frombuffer(base64.b64decode(figures["outputs"]), "<f4"), expected)
    assert figures["answer"] == "4"
    reading = loaded_networks.digit_reader(snapshot).read(image_of(drawn))
    assert figures["probabilities"] == reading.probabilities.tolist()


def test_another_image_is_used_only_while_nothing_is_drawn(snapshot: Snapshot) -> None:
    seven = to_input(load_mnist().x_test[0]), "test image 0, a 7"
    figures = figures_of(snapshot, strokes_of({}), seven)
    assert figures["answer"] == "7"
    assert figures["origin"].startswith("Test image 0, a 7")
    drawn = strokes_of({"strokes": HAND_MADE["4"]})
    assert figures_of(snapshot, drawn, seven)["answer"] == "4"


def test_a_blank_drawing_has_no_answer(snapshot: Snapshot) -> None:
    figures = figures_of(snapshot, strokes_of({}), None)
    assert figures["answer"] == ""
    assert figures["probabilities"] == [0.0] * 10


def test_other_classes_have_their_names() -> None:
    run = run_on(keep_set(26, "signs"), "mine", "8C3-MP2-F-26FC")
    taken = snapshots.latest_snapshot(run)
    figures = figures_of(taken, strokes_of({"strokes": HAND_MADE["4"]}), None)
    assert len(figures["probabilities"]) == 26
    best = int(np.argmax(figures["probabilities"]))
    assert figures["answer"] == run.spec.class_names[best]
    assert figures["origin"] == texts.own(run.spec.class_names) != texts.OWN
    assert set(texts.browser_texts(run.spec.class_names)) == set(texts.BROWSER_TEXTS)
    assert short_names(run.spec.class_names)[:3] == ["a", "b", "c"]
    assert short_names(("Trouser", "Dress")) == ["Trou", "Dres"]
    assert texts.SIGN_SCORES_TITLE in network_data(taken)["titles"].values()
