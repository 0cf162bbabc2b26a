"""Links that change who a browser is, cookies, windows and uploads, request by request."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mnistviz.classroom import moves, presence, spaces, teacher
from mnistviz.core.room import limits
from mnistviz.ui.shared.classroom import links, middleware
from mnistviz.ui.shared.classroom.middleware import ClassMiddleware
from mnistviz.ui.shared.classroom.visitor import COOKIE, TEACHER_COOKIE, WINDOWS_HEADER
from tests.helpers.asgi import Reply, request, scope_of
from tests.helpers.classes import class_mode

HTML = {"accept": "text/html,*/*;q=0.8"}


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("a page")


@pytest.fixture
def app() -> Iterator[Starlette]:
    routes = [
        *links.routes(),
        Route("/_stcore/upload_file/a/b", page, methods=["PUT"]),
        Route("/", page),
    ]
    with class_mode():
        yield Starlette(routes=routes, middleware=[Middleware(ClassMiddleware)])


def with_token(token: str, **headers: str) -> dict[str, str]:
    return {**HTML, "cookie": f"{COOKIE}={token}", **headers}


def set_cookies(reply: Reply) -> list[str]:
    return [value for name, value in reply.headers if name == "set-cookie"]


# ---------------------------------------------------------------- cookies


def test_a_browser_gets_a_token_with_its_first_page_and_keeps_it(app: Starlette) -> None:
    first = request(app, "GET", "/", HTML)
    token = first.cookies[COOKIE]
    assert spaces.is_token(token)
    assert request(app, "GET", "/", with_token(token)).cookies == {}
    assert request(app, "GET", "/", HTML).cookies[COOKIE] != token
    # What a page loads at once must not get tokens of their own.
    assert request(app, "GET", "/", {"accept": "*/*"}).cookies == {}


@pytest.mark.parametrize("value", ["", "x", "../..", "a" * 31, "A" * 32, "0" * 33])
def test_a_token_of_another_form_is_replaced(app: Starlette, value: str) -> None:
    assert spaces.is_token(request(app, "GET", "/", with_token(value)).cookies[COOKIE])


@pytest.mark.parametrize(
    ("url", "headers", "secure"),
    [("/", {}, False), ("https://a/", {}, True), ("/", {"x-forwarded-proto": "https"}, True)],
)
def test_scripts_and_forms_of_other_sites_do_not_get_the_token(
    app: Starlette, url: str, headers: dict[str, str], secure: bool
) -> None:
    (text,) = set_cookies(request(app, "GET", url, {**HTML, **headers}))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(text.split("; "))
    assert ("Secure" in text) == secure


# ---------------------------------------------------------------- the teacher


def test_the_link_makes_a_browser_the_teacher_and_leaves_the_address(app: Starlette) -> None:
    reply = request(app, "GET", links.teacher_path(), HTML)
    assert (reply.status, reply.header("location")) == (303, "/")
    assert reply.header("referrer-policy") == "no-referrer"
    assert reply.header("cache-control") == "no-store"
    token, proof = reply.cookies[COOKIE], reply.cookies[TEACHER_COOKIE]
    assert teacher.is_proof(proof, token)
    assert len(set_cookies(reply)) == 2
    assert all("HttpOnly" in text and "SameSite=Lax" in text for text in set_cookies(reply))
    assert teacher.secret() not in "".join(set_cookies(reply))


def test_a_visitor_who_becomes_the_teacher_keeps_the_token(app: Starlette) -> None:
    token = spaces.new_token()
    reply = request(app, "GET", links.teacher_path(), with_token(token))
    assert reply.cookies[COOKIE] == token


def test_the_teacher_hands_the_role_back_after_a_question(app: Starlette) -> None:
    reply = request(app, "GET", links.teacher_path(), HTML)
    token, proof = reply.cookies[COOKIE], reply.cookies[TEACHER_COOKIE]
    asked = request(app, "GET", links.leave_path(), with_token(token))
    assert "<form" in asked.body
    assert teacher.is_proof(proof, token)
    # A form of another site has no cookie.
    assert request(app, "POST", links.leave_path(), HTML).status == 403
    assert teacher.is_proof(proof, token)
    left = request(app, "POST", links.leave_path(), with_token(token))
    (text,) = set_cookies(left)
    assert (left.status, "Max-Age=0" in text) == (303, True)
    # Windows that were open before still have the old cookie.
    assert not teacher.is_proof(proof, token)
    request(app, "GET", links.teacher_path(), with_token(token))
    assert teacher.is_proof(proof, token)


@pytest.mark.parametrize("query", ["", "?key=", "?key=x", "?key=%00", "?key=%C3%A4", "?secret=x"])
def test_no_other_link_does(app: Starlette, query: str) -> None:
    reply = request(app, "GET", f"{links.TEACHER}{query}", HTML)
    assert reply.status == 403
    assert TEACHER_COOKIE not in reply.cookies


# ---------------------------------------------------------------- another device


def test_a_link_opens_the_space_on_another_device_once(app: Starlette) -> None:
    token, other = spaces.new_token(), spaces.new_token()
    name = spaces.enter(token).name
    path = links.move_path(moves.make_code(token))
    asked = request(app, "GET", path, with_token(other))
    assert name in asked.body
    assert COOKIE not in asked.cookies
    moved = request(app, "POST", path, with_token(other))
    assert (moved.status, moved.cookies) == (303, {COOKIE: token})
    for method in ("GET", "POST"):
        reply = request(app, method, path, with_token(other))
        assert (reply.status, reply.cookies) == (410, {})


def test_a_form_of_another_site_moves_nobody(app: Starlette) -> None:
    token = spaces.new_token()
    path = links.move_path(moves.make_code(token))
    # Browsers send no SameSite=Lax cookie with it.
    reply = request(app, "POST", path, {**HTML, "origin": "http://evil.example"})
    assert (reply.status, reply.cookies) == (403, {})
    assert moves.peek(path.partition("code=")[2]) == token


def test_a_guessed_code_opens_nothing(app: Starlette) -> None:
    moves.make_code(spaces.new_token())
    for code in ("", "x", "%00", "../.."):
        reply = request(app, "GET", f"{links.MOVE}?code={code}", with_token(spaces.new_token()))
        assert (reply.status, reply.cookies) == (410, {})


# ---------------------------------------------------------------- limits


def upload(app: Starlette, token: str, size: int) -> Reply:
    headers = with_token(token, **{"content-length": str(size)})
    return request(app, "PUT", "/_stcore/upload_file/a/b", headers)


def test_uploads_are_limited_by_number_and_size_for_each_visitor(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UPLOADS", 3)
    token, other = spaces.new_token(), spaces.new_token()
    assert [upload(app, token, 10).status for _ in range(4)] == [200, 200, 200, 429]
    assert upload(app, other, 50 * 2**20).status == 200
    refused = upload(app, other, 11 * 2**20)
    assert (refused.status, "60 MB" in refused.body) == (429, True)
    assert request(app, "PUT", "/_stcore/upload_file/a/b", {}).status == 403
    now = middleware.time.monotonic()
    monkeypatch.setattr(middleware.time, "monotonic", lambda: now + 61)
    assert upload(app, token, 10).status == 200


def test_no_upload_comes_in_where_memory_is_short(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "available_memory", lambda: limits.MIN_FREE_MEMORY_BYTES)
    assert upload(app, spaces.new_token(), 10).status == 507


def test_windows_are_counted_by_the_server_alone_and_too_many_are_refused() -> None:
    token = spaces.new_token()
    space_id = spaces.id_of(token)
    headers = {"cookie": f"{COOKIE}={token}", WINDOWS_HEADER: "1"}
    seen: list[str] = []
    closed: list[Any] = []

    async def send(message: Any) -> None:
        closed.append(message)

    async def open_windows(number: int) -> None:
        everybody_here, end = asyncio.Event(), asyncio.Event()

        async def session(scope: Any, receive: Any, send: Any) -> None:
            counts = [value.decode() for name, value in scope["headers"] if b"windows" in name]
            seen.extend(counts)
            if len(seen) == middleware.MOST_WINDOWS:
                everybody_here.set()
            await end.wait()

        app = ClassMiddleware(session)
        scope = scope_of("websocket", "", "/_stcore/stream", headers)
        tasks = [asyncio.create_task(app(scope, None, send)) for _ in range(number)]
        await everybody_here.wait()
        assert presence.present()[space_id] >= middleware.MOST_WINDOWS
        end.set()
        await asyncio.gather(*tasks)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, open_windows(middleware.MOST_WINDOWS + 2)).result()
    assert seen == [str(number) for number in range(1, middleware.MOST_WINDOWS + 1)]
    assert [message["type"] for message in closed] == ["websocket.close"] * 2
    assert space_id not in presence.present()
