"""The server's part in each request of a class: the cookie, windows, and limits of uploads.

A person's token comes with the first page, in a cookie that scripts can't read and that other
sites can't send.
"""

import time
from collections import defaultdict, deque

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnistviz.classroom import presence, spaces
from mnistviz.core.room import limits
from mnistviz.texts import _
from mnistviz.training.available_memory import available_memory
from mnistviz.ui.shared.classroom.visitor import COOKIE, WINDOWS_HEADER

YEAR_SECONDS = 365 * 24 * 3600
# The page of a window too many says so; more than this many are refused without a page.
MOST_WINDOWS = 3 * limits.MAX_WINDOWS
SET = "set-cookie"
UPLOADS = "/_stcore/upload_file/"
MINUTE_SECONDS = 60.0


class ClassMiddleware:
    """Gives each browser a token, counts open windows, and limits uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._meter = UploadMeter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._window(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _window(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = token_of(scope)
        if token is None:
            # The page says that a cookie is missing.
            await self._app(scope, receive, send)
            return
        space_id = spaces.id_of(token)
        number = presence.come(space_id)
        try:
            if number > MOST_WINDOWS:
                await send({"type": "websocket.close", "code": 1013})
                return
            name = WINDOWS_HEADER.encode()
            others = [(key, value) for key, value in scope["headers"] if key.lower() != name]
            counted = {**scope, "headers": [*others, (name, str(number).encode())]}
            await self._app(counted, receive, send)
        finally:
            presence.go(space_id)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "PUT" and UPLOADS in scope["path"]:
            status, reason = self._meter.refusal(scope)
            if reason:
                await PlainTextResponse(reason, status)(scope, receive, send)
                return
        if needs_token(scope):
            token = spaces.new_token()

            async def send_with_cookie(message: Message) -> None:
                if message["type"] == "http.response.start":
                    headers = MutableHeaders(scope=message)
                    # A link may have given the browser a token already.
                    if not any(one.startswith(f"{COOKIE}=") for one in headers.getlist(SET)):
                        headers.append(SET, cookie(scope, COOKIE, token))
                await send(message)

            await self._app(scope, receive, send_with_cookie)
        else:
            await self._app(scope, receive, send)


def token_of(scope: Scope) -> str | None:
    """The token that the browser sent, or None where it sent none of the right form."""
    token = HTTPConnection(scope).cookies.get(COOKIE)
    return token if spaces.is_token(token) else None


def needs_token(scope: Scope) -> bool:
    """Whether a browser without a token opens a page: what a page loads later changes no cookie."""
    accepted = HTTPConnection(scope).headers.get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepted and token_of(scope) is None


def cookie(scope: Scope, name: str, value: str, seconds: int = YEAR_SECONDS) -> str:
    """A `Set-Cookie` header: hidden from scripts, and not sent by forms of other sites."""
    text = f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
    return f"{text}; Secure" if is_https(scope) else text


def is_https(scope: Scope) -> bool:
    """Whether the browser came by https, to the server or to a proxy before it."""
    forwarded = HTTPConnection(scope).headers.get("x-forwarded-proto", "")
    return scope.get("scheme") == "https" or forwarded.split(",")[0].strip() == "https"


class UploadMeter:
    """Counts the uploads of each visitor within a minute."""

    def __init__(self) -> None:
        self._uploads: dict[str, deque[tuple[float, int]]] = defaultdict(deque)

    def refusal(self, scope: Scope) -> tuple[int, str]:
        """Why an upload is refused, with an HTTP status; an empty text where it may come."""
        headers = HTTPConnection(scope).headers
        text = headers.get("content-length", "")
        size = int(text) if text.isdigit() else limits.MAX_UPLOAD_MEGABYTES * 2**20
        token = token_of(scope)
        if token is None:
            return 403, _("This class needs a cookie; reload the page.")
        if available_memory() < limits.MIN_FREE_MEMORY_BYTES + size:
            return (
                507,
                _("The memory of the computer that serves this class is full; tell the teacher."),
            )
        now = time.monotonic()
        for space_id in [one for one, found in self._uploads.items() if _all_old(found, now)]:
            del self._uploads[space_id]
        uploads = self._uploads[spaces.id_of(token)]
        while uploads and now - uploads[0][0] > MINUTE_SECONDS:
            uploads.popleft()
        if len(uploads) >= limits.MAX_UPLOADS:
            return 429, _(
                "Everybody may upload {max_uploads} files a minute; wait a minute."
            ).format(max_uploads=limits.MAX_UPLOADS)
        if sum(one for _, one in uploads) + size > limits.MAX_UPLOADED_BYTES:
            most = limits.MAX_UPLOADED_BYTES // 2**20
            return 429, _("Everybody may upload {most} MB a minute; wait a minute.").format(
                most=most
            )
        uploads.append((now, size))
        return 200, ""


def _all_old(uploads: deque[tuple[float, int]], now: float) -> bool:
    return not uploads or now - uploads[-1][0] > MINUTE_SECONDS
