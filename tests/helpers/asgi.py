"""Requests to an ASGI application in this process."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """The reply to a request: all headers in lower case, in order."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")

    @property
    def cookies(self) -> dict[str, str]:
        """The values of the cookies that it sets."""
        texts = [value for name, value in self.headers if name == "set-cookie"]
        pairs = [text.partition(";")[0].partition("=") for text in texts]
        return {name: value for name, _, value in pairs}


def scope_of(kind: str, method: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The ASGI scope of a request."""
    parts = urlsplit(url)
    return {
        "type": kind,
        "method": method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "scheme": parts.scheme or "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("testserver", 80),
    }


def request(app: Any, method: str, url: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The reply of an application to a request without a body."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    # A browser of other tests may have its event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        scope = scope_of("http", method, url, headers or {})
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    start = sent[0]
    pairs = tuple((name.decode().lower(), value.decode()) for name, value in start["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(start["status"], pairs, body.decode())
