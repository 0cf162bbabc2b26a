"""A window of a class's dashboard without a browser: what it sends and what it gets."""

import asyncio
import contextlib
import json
import re
import time
import urllib.request
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from benchmarks.websocket_session import connected
from mnistviz.digits.drawing.fabric import canvas_from_strokes
from mnistviz.digits.drawing.strokes import Strokes

ANSWER_SECONDS = 120.0
# The key of the canvas on Draw, at the end of its id.
CANVAS = re.compile(r"-canvas_\d+-\d+$")


def cookies_of(url: str, sent: Mapping[str, str] | None = None) -> dict[str, str]:
    """Open an address as a browser does; return the cookies that it has then.

    A redirect is not followed, so that the cookies of a link are seen.
    """
    request = urllib.request.Request(
        url, headers={"Accept": "text/html", **cookie_header(sent or {})}
    )
    opener = urllib.request.build_opener(_NoRedirect)
    cookies = dict(sent or {})
    with opener.open(request, timeout=ANSWER_SECONDS) as reply:
        for text in reply.headers.get_all("set-cookie") or []:
            cookies |= {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    return cookies


def cookie_header(cookies: Mapping[str, str]) -> dict[str, str]:
    """Return the header with which a browser sends its cookies."""
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": text} if text else {}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """Return the reply itself, which has the cookies."""
        return fp


@dataclass(frozen=True)
class Widget:
    """The id of a button or a component, and the fragment in which it is."""

    id: str
    fragment: str


@dataclass
class Shown:
    """What the page shows: widgets by label, the canvas, fragments that ask to run again."""

    hash: str = ""
    buttons: dict[str, Widget] = field(default_factory=dict)
    widgets: dict[str, Widget] = field(default_factory=dict)
    canvas: Widget | None = None
    polls: dict[str, float] = field(default_factory=dict)

    def begin(self, fragments: Collection[str]) -> None:
        """Forget what is shown anew: that of some fragments, or all of the page."""
        for found in (self.buttons, self.widgets):
            for label, widget in list(found.items()):
                if not fragments or widget.fragment in fragments:
                    del found[label]
        if not fragments:
            self.polls.clear()


class Window:
    """One window of a visitor. Its pages are polled as a browser does.

    `errors` has the exceptions on its pages, and why the server refused it.
    """

    def __init__(self, url: str, cookies: Mapping[str, str]) -> None:
        self._url = url
        self._connection = connected(url, cookie_header(cookies))
        self._shown = Shown()
        # A browser's session answers one message after the other.
        self._turn = asyncio.Lock()
        self._done = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.errors: list[str] = []
        self.polled = 0
        self.page = ""

    async def __aenter__(self) -> Self:
        self._socket = await self._connection.__aenter__()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._poll())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                self.errors.append(repr(result))
        await self._connection.__aexit__(kind, error, traceback)

    async def open(self, page: str, query: str = "") -> float:
        """Open a page; return the seconds until it is whole."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        started = time.monotonic()
        async with self._turn:
            self._shown, self.page = Shown(), page
            await self._send(message)
        return time.monotonic() - started

    @property
    def has_canvas(self) -> bool:
        """Whether the page has a canvas to draw on."""
        return self._shown.canvas is not None

    async def press(self, label: str) -> bool:
        """Press the first button whose label begins so; return whether the page has one."""
        found = [button for name, button in self._shown.buttons.items() if name.startswith(label)]
        if found:
            await self._set(found[0], trigger_value=True)
        return bool(found)

    async def switch(self, label: str, on: bool) -> None:
        """Switch a toggle of the page on or off."""
        await self._set(self._shown.widgets[label], bool_value=on)

    async def choose(self, label: str, choice: str) -> None:
        """Choose one of a row of choices by its text."""
        await self._set(self._shown.widgets[label], string_array_value=StringArray(data=[choice]))

    async def _set(self, widget: Widget, **value: Any) -> None:
        message = self._message(widget.fragment)
        message.rerun_script.widget_states.widgets.append(WidgetState(id=widget.id, **value))
        async with self._turn:
            await self._send(message)

    async def draw(self, strokes: Strokes) -> float:
        """Draw on the canvas; return the seconds from the pen-up to the last part of the answer."""
        started = time.monotonic()
        async with self._turn:
            if (canvas := self._shown.canvas) is None:
                self.errors.append(f"{self.page}: expected a canvas, got none")
                return 0.0
            message = self._message(canvas.fragment)
            value = {"drawing": {"raw": canvas_from_strokes(strokes), "data": None}}
            message.rerun_script.widget_states.widgets.append(
                WidgetState(id=canvas.id, json_value=json.dumps(value))
            )
            await self._send(message)
        return time.monotonic() - started

    def _message(self, fragment: str) -> BackMsg:
        message = BackMsg()
        message.rerun_script.page_script_hash = self._shown.hash
        message.rerun_script.fragment_id = fragment
        return message

    async def _send(self, message: BackMsg) -> None:
        """Send a message and wait until the script has ended."""
        self._done.clear()
        if self._tasks and self._tasks[0].done():
            # Nobody reads an answer: the server has closed the connection.
            return
        try:
            await self._socket.send(message.SerializeToString())
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._done.wait()
        except TimeoutError:
            self.errors.append(f"{self.page}: no answer within {ANSWER_SECONDS:.0f} s")
        except ConnectionClosed as error:
            self.errors.append(f"{self.page}: the server closed the connection: {error}")

    async def _read(self) -> None:
        try:
            while True:
                self._take(ForwardMsg.FromString(await self._socket.recv()))
        except ConnectionClosed as error:
            self.errors.append(f"{self.page}: the server closed the connection: {error}")
        finally:
            self._done.set()

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._shown.begin(message.metadata.run.fragment_ids)
            case "navigation":
                self._shown.hash = message.navigation.page_script_hash
            case "delta":
                self._see(message.delta)
            case "auto_rerun":
                self._shown.polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._shown.polls.pop(fragment, None)
            case "script_finished":
                # One that ends early for another run is not the end.
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self._done.set()

    def _see(self, delta: Delta) -> None:
        element, fragment = delta.new_element, delta.fragment_id
        match element.WhichOneof("type"):
            case "exception":
                self.errors.append(f"{self.page}: {element.exception.message}")
            case "alert" if element.alert.format == element.alert.ERROR:
                self.errors.append(f"{self.page}: {element.alert.body}")
            case "button":
                self._shown.buttons[element.button.label] = Widget(element.button.id, fragment)
            case "checkbox":
                self._shown.widgets[element.checkbox.label] = Widget(element.checkbox.id, fragment)
            case "button_group":
                group = element.button_group
                self._shown.widgets[group.label] = Widget(group.id, fragment)
            case "bidi_component" if CANVAS.search(element.bidi_component.id):
                self._shown.canvas = Widget(element.bidi_component.id, fragment)

    async def _poll(self) -> None:
        """Run the fragments that ask for it again, each after its time."""
        last: dict[str, float] = {}
        while True:
            await asyncio.sleep(0.1)
            for fragment, interval in list(self._shown.polls.items()):
                now = time.monotonic()
                if now - last.setdefault(fragment, now) < interval:
                    continue
                async with self._turn:
                    if fragment in self._shown.polls:
                        message = self._message(fragment)
                        message.rerun_script.is_auto_rerun = True
                        with contextlib.suppress(ConnectionClosed):
                            await self._send(message)
                        self.polled += 1
                last[fragment] = time.monotonic()
