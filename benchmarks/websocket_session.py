"""A visitor's session with the dashboard's server without a browser, over its websocket."""

import asyncio
from collections.abc import Mapping
from typing import Any

import websockets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def connected(url: str, headers: Mapping[str, str] | None = None) -> websockets.connect:
    """Return the connection of a new session to the server at `url`, to be entered.

    `headers` are sent with it, such as the cookie of a visitor.
    """
    return websockets.connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        origin=websockets.Origin(url),
        subprotocols=[websockets.Subprotocol("streamlit")],
        additional_headers=headers,
        max_size=None,
        open_timeout=120,
    )


async def answered(socket: Any, message: bytes) -> int:
    """Send a message, wait for the end of the script, return the exceptions on the page."""
    await socket.send(message)
    errors = 0
    while True:
        async with asyncio.timeout(120):
            reply = ForwardMsg.FromString(await socket.recv())
        kind = reply.WhichOneof("type")
        if kind == "delta" and reply.delta.new_element.WhichOneof("type") == "exception":
            errors += 1
        if kind == "script_finished":
            return errors
