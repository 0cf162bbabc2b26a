"""The sidebar's run, snapshot and image, on all pages; runs that lack something."""

import shutil

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared.page_registry import PAGES
from mnistviz.ui.shared.texts import describe
from tests.helpers.made_networks import random_weights
from tests.helpers.made_runs import small_run
from tests.helpers.pages import open_page, text_of

pytestmark = pytest.mark.pages

# These pages need no snapshot.
WITHOUT_SNAPSHOT = ("data_sets", "design", "overview", "train", "runs", "channels", "my_digits")


@pytest.mark.slow
def test_step_0_is_a_choice(tiny_run: Run) -> None:
    app = open_page("kernels", tiny_run)
    app.sidebar.select_slider(key="snapshot").set_value(0).run()
    assert describe(Snapshot(tiny_run, 0)) in text_of(app)
    app.switch_page("pages/feature_maps.py").run()
    assert describe(Snapshot(tiny_run, 0)) in text_of(app)


@pytest.mark.slow
def test_the_image_is_the_same_on_all_pages(tiny_run: Run) -> None:
    name = f"**test image 3, a {load_mnist().y_test[3]}**"
    app = open_page("feature_maps", tiny_run)
    app.sidebar.number_input(key="image").set_value(3).run()
    assert name in text_of(app)
    app.switch_page("pages/kernels.py").run()
    app.switch_page("pages/feature_maps.py").run()
    assert name in text_of(app)


@pytest.mark.slow
def test_a_snapshot_that_another_run_lacks_becomes_its_last_one(tiny_run: Run) -> None:
    spec = ModelSpec(channels=(2, 2, 2))
    run = small_run("other", spec)
    for step in (0, 7):
        snapshots.write(Snapshot(run, step), snapshots.in_order(random_weights(spec, step)))
    app = open_page("kernels", tiny_run)
    app.sidebar.select_slider(key="snapshot").set_value(50).run()
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    assert not app.exception
    assert describe(Snapshot(run, 7)) in text_of(app)


def test_a_run_whose_folder_is_gone_gives_way_to_the_default() -> None:
    run = small_run("gone")
    app = open_page("kernels", run)
    shutil.rmtree(run.path)
    app.run()
    assert not app.exception
    assert app.sidebar.selectbox(key="run").value == registry.DEFAULT_RUN
    assert run.id in app.sidebar.warning[0].value


def test_without_a_drawing_the_test_image_stays(tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    app.sidebar.toggle(key="drawn").set_value(True).run()
    assert not app.exception
    assert "Nothing is drawn yet: still the test image." in text_of(app)
    assert f"**test image 0, a {load_mnist().y_test[0]}**" in text_of(app)


@pytest.mark.slow
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_run_without_a_snapshot_is_no_error(name: str) -> None:
    app = open_page(name, small_run("new"))
    assert not app.exception
    if name not in WITHOUT_SNAPSHOT:
        assert app.info[0].value == (
            "**new** has no snapshot yet. It gets one when its training begins."
        )


def test_a_damaged_snapshot_is_an_error_on_the_page() -> None:
    run = small_run("cut")
    file = snapshots.file_of(Snapshot(run, 0))
    file.parent.mkdir()
    file.write_bytes(b"PK\x03\x04 cut short")
    app = open_page("kernels", run)
    assert not app.exception
    assert file.name in app.error[0].value
    app.switch_page("pages/draw.py").run()
    assert not app.exception
