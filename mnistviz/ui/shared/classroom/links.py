"""Addresses that change who a browser is: the teacher's link, and a space on another device."""

import html
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mnistviz.classroom import moves, spaces, teacher
from mnistviz.texts import _
from mnistviz.ui.shared.classroom.middleware import cookie, token_of
from mnistviz.ui.shared.classroom.visitor import COOKIE, TEACHER_COOKIE

TEACHER = "/class/teacher"
MOVE = "/class/move"
LEAVE = "/class/leave"
HEADERS = {
    # The address holds a secret: no other site learns it, and nothing keeps it.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>mnistviz</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }}
body {{ max-width: 34rem; margin: 15vh auto; padding: 0 1.2rem; }}
button {{ font: inherit; padding: 0.6rem 1.2rem; border: 0; border-radius: 0.5rem;
  color: #fff; background: #3b5bdb; cursor: pointer; }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def routes() -> list[Route]:
    """The routes of these links, below the path at which the server is."""
    base = base_path()
    return [
        Route(f"{base}{TEACHER}", _become_teacher, methods=["GET"]),
        Route(f"{base}{MOVE}", _ask_to_move, methods=["GET"]),
        Route(f"{base}{MOVE}", _move, methods=["POST"]),
        Route(f"{base}{LEAVE}", _ask_to_leave, methods=["GET"]),
        Route(f"{base}{LEAVE}", _leave, methods=["POST"]),
    ]


def base_path() -> str:
    """The path at which the server is, without a slash at its end; empty at the root."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def teacher_path() -> str:
    """The path and query of the teacher's link."""
    return f"{base_path()}{TEACHER}?{urlencode({'key': teacher.secret()})}"


def move_path(code: str) -> str:
    """The path and query of the link that opens a space on another device."""
    return f"{base_path()}{MOVE}?{urlencode({'code': code})}"


def leave_path() -> str:
    """The path of the page on which the teacher hands the role back."""
    return f"{base_path()}{LEAVE}"


def _to_dashboard() -> RedirectResponse:
    return RedirectResponse(f"{base_path()}/", 303, HEADERS)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=title, body=body), status, HEADERS)


async def _become_teacher(request: Request) -> Response:
    """Make the browser that opens the link the teacher's; its address is then the dashboard's."""
    if not teacher.is_secret(request.query_params.get("key", "")):
        return _page(
            _("This is not the teacher's link"),
            "<p>Expected the link that the server printed when it was started. It may be older "
            "than the server's secret.</p>",
            403,
        )
    token = token_of(request.scope) or spaces.new_token()
    teacher.come_back(token)
    response = _to_dashboard()
    for name, value in ((COOKIE, token), (TEACHER_COOKIE, teacher.proof_of(token))):
        response.headers.append("set-cookie", cookie(request.scope, name, value))
    return response


async def _ask_to_leave(request: Request) -> Response:
    """Ask before the teacher's browser becomes a visitor's."""
    return _page(
        _("Hand the teacher's role back?"),
        "<p>This browser is a visitor's then, in all its windows, with a space of its own. The "
        "class, its runs and its rules stay as they are. Whoever opens the teacher's link is the "
        "teacher again.</p>"
        f'<form method="post" action="{html.escape(leave_path())}"><button>Hand it back'
        "</button></form>",
    )


async def _leave(request: Request) -> Response:
    """Make the browser a visitor's."""
    token = token_of(request.scope)
    if token is None:
        return _not_from_here()
    teacher.leave(token)
    response = _to_dashboard()
    response.headers.append("set-cookie", cookie(request.scope, TEACHER_COOKIE, "", 0))
    return response


def _not_from_here() -> Response:
    # Browsers send the cookie with the form of the page before, not with that of another site.
    return _page(
        _("This did not come from the page before"),
        "<p>Open the page with the button again, with cookies allowed.</p>",
        403,
    )


async def _ask_to_move(request: Request) -> Response:
    """Ask before this browser gets another space: a link may come from anybody."""
    code = request.query_params.get("code", "")
    token = moves.peek(code)
    if token is None:
        return _no_code()
    name = html.escape(spaces.enter(token).name)
    return _page(
        _("Work here as {name}?").format(name=name),
        f"<p>This device then opens the runs and digits of <b>{name}</b>. Do it only if this is "
        "you. What was drawn and trained on this device under another name is not shown here any "
        "more.</p>"
        f'<form method="post" action="{html.escape(move_path(code))}"><button>Work as {name}'
        "</button></form>",
    )


async def _move(request: Request) -> Response:
    """Give this browser the space of a code, which then works no more."""
    if token_of(request.scope) is None:
        return _not_from_here()
    token = moves.token_of(request.query_params.get("code", ""))
    if token is None:
        return _no_code()
    response = _to_dashboard()
    response.headers.append("set-cookie", cookie(request.scope, COOKIE, token))
    return response


def _no_code() -> Response:
    return _page(
        _("This link works no more"),
        "<p>It works once, for ten minutes. Make another one on the device where you worked "
        "before: in the sidebar, below your name.</p>",
        410,
    )
