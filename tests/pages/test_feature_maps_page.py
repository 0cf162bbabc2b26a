"""Every page through Streamlit's own test runner: no browser, but the real page and run."""

import shutil

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.network.model import build
from mnistviz.runs import metrics_log, registry, result_cache, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.ui.shared.page_registry import PAGES
from tests.helpers.pages import open_page, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]


def test_overview_adds_the_ledger_up_from_the_network_itself() -> None:
    app = open_page()
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Parameters"] == "14,000"
    assert metrics["Learned by training"] == "13,800"
    assert metrics["Running averages"] == "200"
    stored = [row for row in metrics_log.read(registry.find_run("reference")) if row.epoch == 20][
        -1
    ]
    assert metrics["Test accuracy after 20 epochs"] == f"{stored.accuracy:.2%}"
    assert app.table[0].value["parameters"].sum() == 14_000


def test_overview_leads_to_every_page_and_says_what_it_is_for() -> None:
    app = open_page()
    others = [path for path in (PROJECT / "pages").glob("*.py") if path.stem != "overview"]
    links = app.expander[0].get("page_link")
    assert {link.proto.page for link in links} == {path.stem for path in others}
    assert len(app.expander[0].caption) == len(others)
    assert all(caption.value for caption in app.expander[0].caption)


def test_overview_says_that_the_reference_is_validated_on_the_test_set() -> None:
    assert "**test set** after each epoch" in text_of(open_page())


@pytest.mark.parametrize("layer", [layer.name for layer in ModelSpec().convolutions])
def test_kernels_shows_each_convolution(layer: str) -> None:
    app = open_page("kernels")
    app.button_group(key="kernels_layer").set_value(layer).run()
    assert not app.exception
    assert f"**{layer}** makes" in text_of(app)


def test_kernels_says_what_kinds_there_are_and_follows_the_choice_of_one() -> None:
    app = open_page("kernels")
    app.button_group(key="kernels_layer").set_value("conv3").run()
    assert "of random kernels, 181 ± 8 would" in text_of(app)
    for order in ("norm", "similarity"):
        app.button_group(key="kernels_order").set_value(order).run()
        assert not app.exception
    app.number_input(key="kernel_input").set_value(14).run()
    app.number_input(key="kernel_output").set_value(19).run()
    assert not app.exception
    assert "What excites its output channel, 19" in text_of(app)
    # Another layer has fewer inputs: the choice moves to its last one.
    app.button_group(key="kernels_layer").set_value("conv2").run()
    assert not app.exception
    assert app.number_input(key="kernel_input").value == 9
    assert app.number_input(key="kernel_output").value == 14


def test_kernels_says_which_weights_are_shown() -> None:
    app = open_page("kernels")
    app.button_group(key="kernels_layer").set_value("conv5").run()
    picker = next(box for box in app.selectbox if box.label == "Weights")
    assert len(picker.options) == 3
    picker.set_value("incoming").run()
    assert "kernels of 3×3 are here, incoming norm folded in" in text_of(app)


@pytest.mark.parametrize("stage", ["convolution", "relu", "normalization"])
def test_feature_maps_shows_every_layer_at_each_stage(stage: str) -> None:
    app = open_page("feature_maps")
    app.button_group(key="maps_view").set_value("layers").run()
    app.button_group(key="maps_stage").set_value(stage).run()
    assert not app.exception
    headings = [heading.value for heading in app.subheader]
    assert headings[0] == "conv1 · 10 channels of 26×26"
    # Nine layers, and the part on one channel.
    assert headings[8:] == [
        "conv8 · 10 channels of 1×1",
        "What it would like best",
        "Over the 10,000 test images",
    ]


@pytest.mark.parametrize("stage", ["convolution", "relu", "normalization"])
def test_any_channel_of_any_layer_opens_at_each_stage(stage: str) -> None:
    app = open_page("feature_maps")
    app.button_group(key="maps_stage").set_value(stage).run()
    for layer, channel in (("conv3", 19), ("conv8", 9), ("conv1", 0)):
        app.selectbox(key="maps_layer").set_value(layer).run()
        app.number_input(key="maps_channel").set_value(channel).run()
        assert not app.exception
        assert f"**{layer}, channel {channel}** sees" in text_of(app)
    # A layer with fewer channels: the choice moves to its last one.
    app.selectbox(key="maps_layer").set_value("conv3").run()
    app.number_input(key="maps_channel").set_value(19).run()
    app.selectbox(key="maps_layer").set_value("conv4").run()
    assert not app.exception
    assert app.number_input(key="maps_channel").value == 9


def test_a_preferred_input_is_made_when_asked_for_and_kept() -> None:
    app = open_page("feature_maps")
    app.selectbox(key="maps_layer").set_value("conv8").run()
    app.number_input(key="maps_channel").set_value(0).run()
    app.button(key="preferred_start").click().run()
    assert not app.exception
    assert "reads it as **0** with 100.0%" in text_of(app)
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    assert result_cache.read_arrays(Snapshot(best, step), "preferred-conv8")[
        "channels"
    ].tolist() == [0]
    # Who has asked once is not asked again, and a switch brings the others.
    app.number_input(key="maps_channel").set_value(9).run()
    assert "reads it as **9** with" in text_of(app)
    app.toggle(key="preferred_whole_layer").set_value(True).run()
    assert not app.exception
    kept = result_cache.read_arrays(Snapshot(best, step), "preferred-conv8")
    assert sorted(kept["channels"].tolist()) == [*range(10)]
    assert kept["channels"].tolist()[:2] == [0, 9]


@pytest.mark.parametrize("layer", [layer.name for layer in ModelSpec().convolutions])
def test_the_microscope_takes_each_convolution_apart(layer: str) -> None:
    app = open_page("microscope")
    app.button_group(key="micro_layer").set_value(layer).run()
    assert not app.exception
    table = next(one.value for one in app.table if "step" in one.value)
    # As Markdown would take a plus sign for the mark of a list, it is written as \+.
    steps = table["step"].str.removeprefix("\\")
    numbers = dict(zip(steps, map(float, table["number"]), strict=True))
    total = numbers["= after the convolution"]
    summed = next(number for step, number in numbers.items() if step.startswith("sum "))
    # The numbers on the screen have five digits each.
    assert summed + numbers["+ bias"] == pytest.approx(total, abs=2e-5)
    if layer != "conv8":
        relu = numbers["ReLU: negative becomes 0"]
        assert relu == max(total, 0)
        gain, shift = (numbers[f"{sign} of the normalization"] for sign in ("× gain", "+ shift"))
        # So the product is as far off as half a last digit of each factor times the other.
        off = 5e-6 * (abs(relu) + abs(gain) + 2)
        assert relu * gain + shift == pytest.approx(numbers["= handed on"], abs=off)
    trace = next(one.value for one in app.dataframe if "hands on" in one.value)
    assert trace["value"].tolist()[0] == "conv8, channel 7"
    assert len(trace) == 8


def test_another_layer_keeps_the_place_while_it_has_it() -> None:
    app = open_page("microscope")
    for key, value in (("row", 25), ("column", 3), ("channel", 9)):
        app.number_input(key=f"micro_{key}").set_value(value).run()
    app.button_group(key="micro_layer").set_value("conv5").run()
    assert not app.exception
    found = [app.number_input(key=f"micro_{key}").value for key in ("row", "column", "channel")]
    # Row 25 is not there any more: the place where the map is strongest is.
    found_stages = stages(load(snapshots.find("best")), to_input(load_mnist().x_test[0]))
    plain = next(
        one.values for one in found_stages if (one.layer, one.stage) == ("conv5", "convolution")
    )
    strongest = np.unravel_index(np.abs(plain[:, :, 9]).argmax(), plain.shape[:2])
    assert found == [*strongest, 9]
    # The only place of conv8 is none to look at elsewhere.
    for layer in ("conv8", "conv5"):
        app.button_group(key="micro_layer").set_value(layer).run()
    assert not app.exception
    assert [app.number_input(key=f"micro_{key}").value for key in ("row", "column")] == [*strongest]


def test_two_images_are_shown_beside_each_other_with_their_difference() -> None:
    app = open_page("feature_maps")
    app.toggle(key="maps_two").set_value(True).run()
    app.number_input(key="maps_other").set_value(4).run()
    assert not app.exception
    assert "**Test image 0, a 7**\n**Test image 4, a 4**\n**The first minus the second**" in (
        text_of(app)
    )


def test_the_search_over_the_test_images_is_made_once_and_kept() -> None:
    app = open_page("feature_maps")
    app.selectbox(key="maps_layer").set_value("conv6").run()
    # A click inside a fragment is tested in the browser.
    assert any("Search" in one.label for one in app.button)
    app.session_state["survey_asked"] = True
    app.run()
    assert not app.exception
    assert "The **patches** of 16×16 pixels that excite it most" in text_of(app)
    best = registry.find_run("best")
    assert result_cache.read_arrays(latest_snapshot(best), "survey")
    again = open_page("feature_maps")
    assert "The **patches** of 3×3 pixels that excite it most" in text_of(again)
    assert not any("Search" in one.label for one in again.button)


def test_step_0_is_a_choice_and_not_none() -> None:
    app = open_page("kernels")
    app.sidebar.select_slider(key="snapshot").set_value(0).run()
    assert "**best** after 0 epochs" in text_of(app)
    app.switch_page("pages/feature_maps.py").run()
    assert "**best** after 0 epochs" in text_of(app)


def test_the_image_is_the_same_on_all_pages() -> None:
    app = open_page("feature_maps")
    app.sidebar.number_input(key="image").set_value(3).run()
    assert "**test image 3, a 0**" in text_of(app)
    app.switch_page("pages/kernels.py").run()
    app.switch_page("pages/feature_maps.py").run()
    assert "**test image 3, a 0**" in text_of(app)


def test_a_snapshot_of_another_run_is_forgotten_not_an_error() -> None:
    spec = ModelSpec(channels=(2, 2, 2))
    run = registry.create_run("reference", spec, TrainSpec(), "other")
    for step in (0, 7):
        snapshots.write(Snapshot(run, step), build(spec, step).get_weights())
    app = open_page("kernels")
    app.sidebar.select_slider(key="snapshot").set_value(938).run()
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    assert "**other** after 0.0149 epochs" in text_of(app)


def test_a_run_whose_folder_is_gone_gives_way_to_the_default() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "gone")
    app = open_page("kernels")
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    shutil.rmtree(run.path)
    app.run()
    assert not app.exception
    assert "**best** after 40 epochs" in text_of(app)
    assert app.sidebar.warning[0].value == (
        f"The run {run.id} is not there or is damaged. This is best."
    )


def test_settings_beyond_their_limits_are_refused_not_swallowed() -> None:
    app = open_page("train")
    app.number_input(key="reference_seed").set_value(-1).run()
    assert app.error[0].value == "seed: expected at least 0, got -1"
    assert "Start training" not in [button.label for button in app.button]


def test_my_drawing_without_a_drawing_says_so_and_keeps_the_test_image() -> None:
    app = open_page("feature_maps")
    app.sidebar.toggle(key="drawn").set_value(True).run()
    assert not app.exception
    assert "Nothing is drawn yet: still the test image." in text_of(app)
    assert "**test image 0, a 7**" in text_of(app)


def test_a_blank_canvas_gets_no_answer() -> None:
    app = open_page("draw")
    assert app.info[0].value == "The canvas is blank: nothing to read, so no answer."
    assert not app.metric


def test_train_refuses_bad_settings_before_they_start() -> None:
    app = open_page("train")
    app.text_input(key="reference_channels").set_value("0,x").run()
    assert app.error[0].value == (
        "channels: expected three whole numbers from 1 to 64, like 10,15,20, got '0,x'"
    )
    assert "Start training" not in [button.label for button in app.button]
    app.text_input(key="reference_channels").set_value("8/16/32").run()
    assert "**18,050 parameters**" in text_of(app)


def test_train_fills_in_the_settings_of_a_recipe() -> None:
    app = open_page("train")
    app.selectbox(key="train_recipe").set_value("plain").run()
    assert app.text_input(key="plain_channels").value == "10,12,16"
    assert app.number_input(key="plain_num_images").value == 55_000
    assert not app.toggle(key="plain_batch_norm").value
    assert "**11,022 parameters**" in text_of(app)
    assert "validated on **held-out training images**" in text_of(app)


def test_a_taken_name_is_refused_on_the_page() -> None:
    app = open_page("train")
    app.text_input(key="train_name").set_value("reference").run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert app.error[0].value == ("name: 'reference' is taken by another run; choose another name")


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_run_that_has_no_snapshot_yet_is_no_error(name: str) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "new")
    app = open_page(name)
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    if name not in ("overview", "train", "runs", "channels", "my_digits"):
        assert app.info[0].value == (
            "**new** has no snapshot yet. It gets one when its training begins."
        )


def test_a_crashed_run_says_so_and_what_is_left() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "dead")
    storage.write_json(run.path / "status.json", {"state": "running", "step": 3, "total": 9})
    app = open_page("train")
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert app.error[0].value == (
        "This run crashed: its process was killed from outside, or memory ran out. What it had "
        "stored until then is kept."
    )


@pytest.mark.parametrize("imported", [False, True])
def test_only_a_run_that_has_its_checkpoints_offers_to_train_on(imported: bool) -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "half")
    storage.write_json(run.path / "status.json", {"state": "stopped", "step": 3, "total": 9})
    label = {"name": "half", "note": "", "deleted": False, "imported": imported}
    storage.write_json(run.path / "label.json", label)
    app = open_page("train")
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert ("Train on" in [button.label for button in app.button]) is not imported


def test_a_damaged_snapshot_is_named_on_the_page() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "cut")
    snapshots.file_of(Snapshot(run, 0)).parent.mkdir()
    snapshots.file_of(Snapshot(run, 0)).write_bytes(b"PK\x03\x04 cut short")
    app = open_page("kernels")
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    expected = "cut: the snapshot step-0000000.npz is missing or damaged; choose another one"
    assert app.error[0].value == expected
    app.switch_page("pages/draw.py").run()
    assert not app.exception


def test_a_network_without_batch_normalization_and_with_other_channels_is_shown_whole() -> None:
    spec = ModelSpec(channels=(3, 32, 5), batch_norm=False, dropout=0.0)
    run = registry.create_run("plain", spec, TrainSpec(), "odd")
    snapshots.write(Snapshot(run, 0), build(spec, 1).get_weights())
    app = open_page("feature_maps")
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    app.button_group(key="maps_view").set_value("layers").run()
    assert not app.exception
    assert "conv2 · 32 channels of 24×24" in [heading.value for heading in app.subheader]
    app.switch_page("pages/kernels.py").run()
    app.button_group(key="kernels_layer").set_value("conv2").run()
    assert "All 96 kernels of 3×3 are here" in text_of(app)


@pytest.mark.parametrize(("target", "against"), [(0, "next"), (8, 0), (0, "nothing")])
def test_why_explains_any_digit_against_any_other(target: int, against: str | int) -> None:
    app = open_page("why")
    app.button_group(key="why_target").set_value(target)
    app.button_group(key="why_against").set_value(against).run()
    assert not app.exception
    rival = {"next": " and not 7", "nothing": ""}.get(str(against), f" and not {against}")
    assert f"which speak for {target}{rival}, and **blue**" in text_of(app)
    check = next(text.value for text in app.caption if "Check of integrated" in text.value)
    assert float(check.split("error of **")[1].split("%")[0]) < 1


def test_why_says_so_where_grad_cam_finds_nothing() -> None:
    app = open_page("why")
    assert "Grad-CAM is blank" not in text_of(app)
    app.number_input(key="image").set_value(3).run()
    app.button_group(key="why_target").set_value(0)
    app.button_group(key="why_against").set_value(6).run()
    assert not app.exception
    assert "Grad-CAM is blank here: nowhere does what conv6 found" in text_of(app)
    app.button_group(key="why_layer").set_value("conv1").run()
    assert "Grad-CAM is blank" not in text_of(app)


def test_why_asks_for_two_different_digits() -> None:
    app = open_page("why")
    app.button_group(key="why_target").set_value(0)
    app.button_group(key="why_against").set_value(0).run()
    assert not app.exception
    assert app.info[0].value == "Why 0 and not 0? Choose two different digits."


def test_why_switches_channels_off_and_the_answer_follows() -> None:
    app = open_page("why")
    assert not [metric for metric in app.metric if metric.label == "It reads"]
    app.button_group(key="why_replacement").set_value("zero").run()
    next(button for button in app.button if button.label == "Switch these 5 off").click().run()
    assert not app.exception
    assert len(app.multiselect(key="why_off").value) == 5
    lead = next(metric for metric in app.metric if metric.label == "Lead of 7 and not 6")
    assert float(lead.delta) < -5
    next(button for button in app.button if button.label == "All on again").click().run()
    assert app.multiselect(key="why_off").value == []


def test_why_forgets_channels_that_another_run_does_not_have() -> None:
    spec = ModelSpec(channels=(2, 2, 2), batch_norm=False)
    run = registry.create_run("reference", spec, TrainSpec(), "small")
    snapshots.write(Snapshot(run, 0), build(spec, 0).get_weights())
    app = open_page("why")
    app.multiselect(key="why_off").set_value(["conv1 · 1", "conv1 · 9"]).run()
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    assert app.multiselect(key="why_off").value == ["conv1 · 1"]


def test_the_map_of_digits_says_how_many_are_read_wrong() -> None:
    app = open_page("embedding")
    app.button_group(key="map_colouring").set_value("error").run()
    assert not app.exception
    accuracy = metrics_log.read(registry.find_run("best"))[-1].accuracy
    assert f"the **{round(10_000 * (1 - accuracy))} images read wrong**" in text_of(app)


def test_the_other_map_is_offered_not_forced() -> None:
    app = open_page("embedding")
    app.button_group(key="map_layout").set_value("tsne").run()
    assert not app.exception
    assert app.info[0].value.startswith("This map has to be worked out once for each snapshot")
    assert "Work it out" in [button.label for button in app.button]


def test_the_other_map_is_shown_once_it_is_there() -> None:
    run = registry.find_run("best")
    step = snapshots.steps_of(run)[-1]
    plane = np.random.default_rng(0).normal(size=(10_000, 2)).astype(np.float32)
    result_cache.write_arrays(Snapshot(run, step), "tsne", {"plane": plane})
    app = open_page("embedding")
    app.button_group(key="map_layout").set_value("tsne").run()
    assert not app.exception
    assert "t-SNE keeps neighbours together" in text_of(app)


def test_more_than_one_digit_and_a_photo_are_asked_for_on_the_draw_page() -> None:
    app = open_page("draw")
    app.toggle(key="several_digits").set_value(True).run()
    assert not app.exception
    assert "write a number, such as 1984" in "\n".join(one.value for one in app.info)
    app.button_group(key="draw_source").set_value("file").run()
    assert not app.exception
    assert "Nothing to read yet" in "\n".join(one.value for one in app.info)
