"""Start here: its stations in their order, what each asks and shows, and its terms."""

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.runs import registry
from mnistviz.ui.shared.words.glossary import terms_in
from mnistviz.ui.start import progress, texts
from tests.helpers.pages import open_page, text_of

pytestmark = pytest.mark.pages

NUMBERS = range(1, len(texts.STATIONS) + 1)


def open_station(number: int, done: bool = True) -> AppTest:
    """A station that was done before, which shows all that it has."""
    app = open_page()
    app.session_state[progress.DONE] = set(NUMBERS) if done else set()
    app.query_params["station"] = str(number)
    return app.switch_page("pages/start.py").run()


def guess(app: AppTest, number: int, answer: str) -> AppTest:
    app.button_group(key=f"start_guess_{number}").set_value(answer).run()
    assert not app.exception
    return app


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_a_station_asks_before_it_shows(number: int) -> None:
    station = texts.STATIONS[number - 1]
    app = open_station(number, done=False)
    assert not app.exception
    assert f"**{station.question}**" in text_of(app)
    solution = station.solution.partition("{")[0]
    assert solution not in text_of(app)
    # The last station has no next one.
    assert (texts.GUESS_TO_GO_ON in text_of(app)) == (number < len(texts.STATIONS))
    guess(app, number, station.answers[0])
    assert texts.GUESS_TO_GO_ON not in text_of(app)
    assert solution in text_of(app)
    right = station.right == 0
    assert (texts.WELL_GUESSED in text_of(app)) == right


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_guess_finishes_a_station(number: int) -> None:
    app = guess(open_station(number, done=False), number, texts.STATIONS[number - 1].answers[0])
    assert app.session_state[progress.DONE] == {number}


@pytest.mark.slow
def test_only_a_drawing_and_a_training_finish_the_others() -> None:
    for number in (1, 4):
        app = guess(open_station(number, done=False), number, texts.STATIONS[number - 1].answers[0])
        assert app.session_state[progress.DONE] == set()


@pytest.mark.parametrize("number", NUMBERS)
def test_each_term_is_explained_where_a_station_uses_it_first(number: int) -> None:
    app = open_station(number)
    known: set[str] = set()
    for element in [*app.main.markdown]:
        for term in terms_in(element.value):
            if term.name not in known and not in_glossary(element.value):
                assert element.help, element.value
                assert term.meaning in element.help, f"{term.name} in {element.value}"
                known.add(term.name)
    assert known or number == 1


def in_glossary(text: str) -> bool:
    """Whether a text is the list of all terms at the end of the page."""
    return "**accuracy**:" in text


@pytest.mark.slow
def test_the_last_training_is_found_again_by_the_address() -> None:
    """A reload forgets the guess: the run is shown without it."""
    app = open_page()
    app.session_state[progress.DONE] = set()
    app.query_params.update({"station": "4", "trained": "best"})
    app.switch_page("pages/start.py").run()
    run = registry.find_run("best")
    assert app.session_state["trained"] == run.id
    assert texts.TRAINED.partition("{")[0] in text_of(app)
    assert texts.TRAIN_AGAIN in [button.label for button in app.button]
    assert app.session_state[progress.DONE] == {4}
    app.query_params["trained"] = "gone"
    app.session_state["trained"] = "gone"
    assert not app.run().exception
    assert "trained" not in app.session_state


@pytest.mark.parametrize(
    ("cookie", "done"), [("1.3", {1, 3}), ("0", set()), ("", set()), ("9.x.2", {2})]
)
def test_a_cookie_tells_which_stations_are_done(cookie: str, done: set[int]) -> None:
    assert progress.stations_in(cookie) == done
