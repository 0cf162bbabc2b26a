"""The Data sets page: what was noticed is shown before anything is kept, then it is listed."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.reading import open_uploads
from mnistviz.runs import registry
from mnistviz.ui.data_sets import import_view
from tests.helpers import data_set_files as made
from tests.helpers.own_data_runs import keep_set
from tests.helpers.pages import button_labels, open_page, press, text_of

pytestmark = pytest.mark.pages


def with_files(app: AppTest, files: made.Files) -> AppTest:
    """The page after an upload."""
    (uploader,) = [one for one in app.get("file_uploader") if "npz" in one.label]
    for name, raw in files.items():
        uploader.upload(name, raw)
    return app.run()


@pytest.fixture
def letters() -> made.Files:
    return made.idx_files("emnist-letters-", transposed=True, first=1)


@pytest.mark.slow
def test_a_set_is_shown_before_it_is_kept(letters: made.Files) -> None:
    app = with_files(open_page("data_sets"), letters)
    assert not app.exception
    assert "90 images of 10 classes" in text_of(app)
    assert any("turned upright" in info.value for info in app.info)
    assert library.all_sets() == []
    app.text_input(key=import_view.NAME).set_value("letters").run()
    app = press(app, "Keep it under this name")
    (about,) = library.all_sets()
    assert (about.name, about.class_names) == ("letters", tuple("ABCDEFGHIJ"))
    assert "letters" in text_of(app)
    assert "Keep it under this name" not in button_labels(app)


@pytest.mark.slow
def test_choices_are_those_of_the_inputs(letters: made.Files) -> None:
    app = with_files(open_page("data_sets"), letters)
    app.toggle(key=import_view.TRANSPOSED).set_value(False).run()
    app.text_input(key=import_view.CLASSES).set_value("a,b").run()
    app.text_input(key=import_view.NAME).set_value("mine").run()
    app = press(app, "Keep it under this name")
    assert any("expected 10" in error.value for error in app.error)
    assert library.all_sets() == []


def test_what_is_no_data_set_is_said() -> None:
    app = with_files(open_page("data_sets"), {"a.pkl": b"x"})
    assert not app.exception
    assert "never loaded" in app.error[0].value


@pytest.mark.slow
def test_train_starts_on_the_chosen_set(monkeypatch: pytest.MonkeyPatch) -> None:
    about = keep_set(5, "signs")
    started: dict[str, Any] = {}

    def start(recipe: str, model: ModelSpec, train: Any, name: Any, data: Any) -> registry.Run:
        started.update(model=model, train=train, data=data)
        return registry.find_run("best")

    monkeypatch.setattr("mnistviz.training.launcher.start", start)
    app = open_page("train")
    app.selectbox(key="train_data").set_value("signs").run()
    assert "5 classes" in text_of(app)
    press(app, "Start training")
    assert started["data"] == library.reference(about)
    assert started["model"].layers[-1].output_shape == (5,)
    assert started["train"].num_images == about.num_images("train")


def test_a_deleted_set_is_gone() -> None:
    keep_set(5, "signs")
    app = press(open_page("data_sets"), "Delete signs")
    assert library.all_sets() == []
    assert any("no data set yet" in info.value for info in app.info)


def test_files_are_closed_when_they_are_no_longer_used(letters: made.Files) -> None:
    with open_uploads([("a.zip", made.zipped(letters))]) as opened:
        assert len(opened.samples(import_view.Choices())[0]) == 40
