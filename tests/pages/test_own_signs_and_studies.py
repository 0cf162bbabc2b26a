"""My digits and How many channels? with a data set of one's own."""

from pathlib import Path

import pytest

from mnistviz.digits import signs
from mnistviz.digits.data_sets import library
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs.registry import Run
from mnistviz.studies import runner, study_directory
from mnistviz.studies.study_directory import TrialResult
from mnistviz.ui.my_digits import signs_view
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.pages import open_page, press, text_of

pytestmark = pytest.mark.pages


@pytest.fixture
def run() -> Run:
    return run_on(keep_set(5, "five signs"), "run 5")


@pytest.mark.slow
def test_kept_signs_are_shown_with_what_is_read(run: Run) -> None:
    names = run.spec.class_names
    for number, image in enumerate(load_mnist().x_test[:6]):
        signs.save(image, number % 5, names)
    app = open_page("my_digits", run)
    assert not app.exception
    assert "6 signs" in text_of(app)
    assert "nothing is refused" in text_of(app)
    # What is taught is mixed with the run's own data.
    assert "images of five signs" in text_of(app)

    sign = signs.list_signs(names)[0]
    app.selectbox(key=signs_view.CHOSEN).set_value(sign.id).run()
    app.selectbox(key=f"sign_class_{sign.id}_{sign.label}").set_value(4).run()
    found = signs.find_image(sign.image, names)
    assert found is not None
    assert found.label == 4
    app = press(app, "Yes, delete it")
    assert len(signs.list_signs(names)) == 5
    assert not app.exception


def test_without_signs_the_page_leads_to_draw(run: Run) -> None:
    app = open_page("my_digits", run)
    assert not app.exception
    assert any("no sign yet" in info.value for info in app.info)


@pytest.mark.slow
def test_a_study_on_own_data_starts_from_the_form_and_tells_its_margin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    about = keep_set(5, "five signs")
    started: list[Path] = []
    monkeypatch.setattr(runner, "start", started.append)
    app = open_page("channels")
    app.selectbox(key="study_data").set_value("five signs")
    app.number_input(key="study_num_seeds").set_value(2).run()
    app = press(app, "Train the study")
    assert not app.exception
    study = study_directory.open_study(*started)
    assert study.spec.data == library.reference(about)
    assert study.spec.model_of(study.spec.trials[0]).num_classes == 5
    assert "--data 'five signs'" in study.command

    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    for number, trial in enumerate(study.spec.trials):
        accuracy = 0.8 + number / 100
        result = TrialResult(
            trial.plan, trial.seed, "run", accuracy, 0.5, 0.8, 0.5, 60, 9, versions
        )
        study_directory.add_result(study, result)
    app = open_page("channels")
    # The latest study is shown.
    assert "mine" in app.selectbox(key="study").options[0]
    assert not app.exception
    assert "less than one of the 200 test images of five signs" in text_of(app)
