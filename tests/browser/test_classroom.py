"""A class on one server: three browsers, a teacher, and what other sites and curious pupils get."""

import re
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.chaos.trainings import kill
from mnistviz.classroom import spaces
from mnistviz.core import storage
from mnistviz.runs import desired_state
from mnistviz.runs.queue import tickets
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.slots import Slot
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import run_state
from mnistviz.training import recorder
from mnistviz.training.recorder import RunRecorder
from mnistviz.ui.shared.classroom.visitor import COOKIE, TEACHER_COOKIE
from mnistviz.ui.start.progress import COOKIE as VISITED
from tests.helpers.browser import settle
from tests.helpers.class_server import ClassServer
from tests.helpers.classes import class_mode
from tests.helpers.made_runs import give_weights, make_run, small_run

# Until a worker waits for its turn, while other tests take the cores.
WORKER_MILLISECONDS = 60_000
EVIL = "http://evil.example"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def class_server(home: Path, tmp_path: Path) -> Iterator[ClassServer]:
    server = ClassServer(home, tmp_path / "server.log")
    yield server
    output = server.kill()
    log = (tmp_path / "server.log").read_text(errors="replace") + output
    secret = server.teacher_link.partition("key=")[2]
    assert "Traceback" not in log, log
    assert secret not in log


def new_page(browser: Browser, server: ClassServer) -> Page:
    """A page of another browser, of somebody who was here before."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url)
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": VISITED, "value": "0", "url": server.url}])
    return context.new_page()


def open_at(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def name_button(page: Page) -> str:
    """The name of the visitor, as the sidebar shows it."""
    button = page.get_by_test_id("stSidebar").get_by_test_id("stPopoverButton")
    return button.inner_text().splitlines()[-3].strip()


def token_of(page: Page) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == COOKIE)


def test_three_browsers_have_spaces_of_their_own(
    class_server: ClassServer, browser: Browser
) -> None:
    first, second, teacher = (new_page(browser, class_server) for _ in range(3))
    for page in (first, second):
        open_at(page, "/runs")
        assert page.evaluate("document.cookie").count(token_of(page)) == 0
    assert name_button(first) != name_button(second)
    with class_mode(), storage.acting_in(spaces.home_of(token_of(first))):
        run = make_run("hidden-seven")
        give_weights(run, 0)
    open_at(first, f"/runs?run={run.name}")
    expect(first.locator(".st-key-run input")).to_have_value("hidden-seven")
    # The link of a run, sent to another: not found.
    open_at(second, f"/runs?run={run.name}")
    expect(second.get_by_text("is not there or is damaged")).to_be_visible()
    expect(second.locator(".st-key-run input")).to_have_value("best")
    second.goto(f"/class/teacher?key={token_of(second)}")
    expect(second.get_by_text("This is not the teacher's link")).to_be_visible()

    open_at(teacher, class_server.teacher_link)
    assert teacher.url == f"{class_server.url}/"
    expect(teacher.get_by_text("Your class opens this address")).to_be_visible()
    # The proof of the teacher's browser is of no use in another.
    proof = next(c["value"] for c in teacher.context.cookies() if c["name"] == TEACHER_COOKIE)
    second.context.add_cookies([{"name": TEACHER_COOKIE, "value": proof, "url": class_server.url}])
    open_at(second, "/")
    expect(second.get_by_text("Your class opens this address")).to_have_count(0)

    class_server.kill()
    class_server.start()
    open_at(first, f"/runs?run={run.name}")
    expect(first.locator(".st-key-run input")).to_have_value("hidden-seven")
    open_at(teacher, "/")
    expect(teacher.get_by_text("Your class opens this address")).to_be_visible()
    for page in (first, second, teacher):
        page.context.close()


def test_a_link_takes_the_space_to_another_device(
    class_server: ClassServer, browser: Browser
) -> None:
    first, second = (new_page(browser, class_server) for _ in range(2))
    for page in (first, second):
        open_at(page, "/runs")
    first.get_by_test_id("stSidebar").get_by_test_id("stPopoverButton").click()
    name = first.get_by_role("textbox", name="Your name")
    name.fill("Ada 7")
    name.press("Enter")
    expect(first.get_by_text("You are Ada 7 now.")).to_be_visible()
    first.get_by_role("button", name="Go on with another device").click()
    link = first.get_by_test_id("stCode").filter(has_text="/class/move").inner_text().strip()
    open_link = re.compile(r"Work as Ada 7")
    second.goto(link)
    second.get_by_role("button", name=open_link).click()
    settle(second)
    assert name_button(second) == "Ada 7"
    assert token_of(second) == token_of(first)
    second.goto(link)
    expect(second.get_by_text("This link works no more")).to_be_visible()
    for page in (first, second):
        page.context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def train_until_stopped(run: Run) -> None:
    """Do what a worker does for the run of a visitor, with a real slot, but train no step."""
    with (
        FileLock(run.path / "worker.lock"),
        Slot(room_of(run.path.parent)) as slot,
        closing(RunRecorder(run, slot)) as recording,
    ):
        tickets.take(run)
        assert slot.take(run)
        recording.begin(None, [])
        recording.set_state("running")
        while (mode := desired_state.read(run).mode) != "stop":
            if mode == "pause":
                recording._read_control(0)
                recording._wait_for_request(3)
            time.sleep(0.1)
        recording.set_state("stopped")


def test_a_pause_gives_the_slot_away_and_the_teacher_sees_it_all(
    home: Path, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", "1")
    monkeypatch.setenv("MNISTVIZ_PAUSE_SECONDS", "2")
    monkeypatch.setattr(recorder, "PAUSE_SECONDS", 2.0)
    monkeypatch.setattr(recorder, "PAUSED_LOOK_EVERY_SECONDS", 0.2)
    server = ClassServer(home, tmp_path / "server.log")
    first, second, teacher = (new_page(browser, server) for _ in range(3))
    try:
        for page in (first, second):
            open_at(page, "/train")
        with class_mode(), storage.acting_in(spaces.home_of(token_of(first))):
            run = small_run("paused-seven")
        worker = threading.Thread(target=train_until_stopped, args=(run,), daemon=True)
        worker.start()
        open_at(first, f"/train?run={run.name}")
        first.get_by_role("button", name="Pause").click()
        expect(first.get_by_role("button", name="Go on", exact=True)).to_be_visible()
        press(second, "Try it out")
        # The second one gets the slot, as the first is paused for longer than it may be.
        expect(first.get_by_text("while others wait: they train now")).to_be_visible(
            timeout=WORKER_MILLISECONDS
        )
        expect(second.get_by_text("TensorFlow prepares the first step")).to_be_visible(
            timeout=WORKER_MILLISECONDS
        )
        # A link to the run of another, and the board, are not served.
        open_at(second, f"/train?run={run.name}")
        expect(second.get_by_text("is not there or is damaged")).to_be_visible()
        open_at(first, "/board")
        expect(first.get_by_text("Here now")).to_have_count(0)
        look_at_the_board(teacher, server)
        stop_by_teacher(teacher, name_button(first))
        worker.join(timeout=30)
        assert run_state(run) == "stopped"
        # A worker that loads TensorFlow stops later than a test may wait.
        kill(home / "spaces")
        reset_by_teacher(teacher, home)
        open_at(first, f"/runs?run={run.name}")
        expect(first.get_by_text("is not there or is damaged")).to_be_visible()
    finally:
        log = server.kill() + (tmp_path / "server.log").read_text(errors="replace")
        for page in (first, second, teacher):
            page.context.close()
    assert "Traceback" not in log, log


def look_at_the_board(teacher: Page, server: ClassServer) -> None:
    open_at(teacher, server.teacher_link)
    open_at(teacher, "/board")
    expect(teacher.get_by_test_id("stMetric").filter(has_text="Here now")).to_contain_text("2 of 2")
    expect(teacher.get_by_test_id("stMetric").filter(has_text="Train now")).to_contain_text("1")


def stop_by_teacher(teacher: Page, name: str) -> None:
    press(teacher, "One visitor")
    choice = teacher.locator(".st-key-board_pupil input")
    choice.fill(name)
    choice.press("Enter")
    press(teacher, "Stop the run")
    expect(teacher.get_by_text(f"The run of {name} stops")).to_be_visible()
    teacher.keyboard.press("Escape")


def reset_by_teacher(teacher: Page, home: Path) -> None:
    press(teacher, "Reset the room")
    teacher.get_by_text("I want to empty the room").click()
    teacher.get_by_role("button", name="Reset", exact=True).click()
    expect(teacher.get_by_text("The room is empty")).to_be_visible()
    (backup,) = (home / "backups").glob("class-*.zip")
    with zipfile.ZipFile(backup) as archive:
        names = archive.namelist()
    assert sum(name.endswith("visitor.json") for name in names) == 2
    assert sum(name.endswith("spec.json") for name in names) == 2


def test_a_teacher_who_hands_the_role_back_has_it_in_no_window(
    class_server: ClassServer, browser: Browser
) -> None:
    page = new_page(browser, class_server)
    open_at(page, class_server.teacher_link)
    before = page.context.new_page()
    open_at(before, "/board")
    expect(before.get_by_text("Nobody has come yet")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Hand the role back").click()
    opened.value.get_by_role("button", name="Hand it back").click()
    settle(opened.value)
    assert name_button(opened.value)
    # The board that was open polls as a visitor now.
    expect(before.get_by_text("Nobody has come yet")).to_have_count(0)
    assert name_button(before) == name_button(opened.value)
    page.context.close()


def status_of(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def content_of(request: urllib.request.Request) -> str:
    """The content of a reply, of a refusal too."""
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
            return str(reply.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode(errors="replace")


def test_other_sites_and_other_paths_reach_nothing(class_server: ClassServer) -> None:
    token = spaces.new_token()
    cookie = {"Cookie": f"{COOKIE}={token}"}
    stream = class_server.url.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(stream, origin=EVIL, additional_headers=cookie):
        pass
    with connect(stream, origin=class_server.url, additional_headers=cookie):
        pass
    upload = f"{class_server.url}/_stcore/upload_file/a/b"
    sent = urllib.request.Request(upload, b"x", cookie, method="PUT")  # noqa: S310
    assert status_of(sent) == 403
    # Streamlit's interface for programs, which is off unless an option switches it on.
    agent = urllib.request.Request(  # noqa: S310
        f"{class_server.url}/_stcore/agent/interact", b"{}", cookie, method="POST"
    )
    assert status_of(agent) >= 400
    secret = class_server.teacher_link.partition("key=")[2]
    for path in (
        "/..%2f..%2fteacher.secret",
        "/static/..%2f..%2fteacher.secret",
        "/media/..%2f..%2fteacher.secret",
        "/app/static/teacher.secret",
        "/component/x/..%2f..%2fteacher.secret",
        "/teacher.secret",
        "/_stcore/metrics",
    ):
        request = urllib.request.Request(f"{class_server.url}{path}", headers=cookie)  # noqa: S310
        assert secret not in content_of(request), path
