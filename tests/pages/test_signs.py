"""Draw and My digits with a run on a data set of one's own: signs are kept and read."""

import pytest

from mnistviz.digits import signs
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs.registry import Run
from mnistviz.ui.my_digits import signs_view
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.pages import open_page, press, text_of

pytestmark = pytest.mark.pages


@pytest.fixture
def run() -> Run:
    return run_on(keep_set(5, "five signs"), "run 5")


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
