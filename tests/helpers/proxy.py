"""A small reverse proxy: it passes bytes on, the host that the browser asked for among them."""

import queue
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK = 2**16


class Proxy:
    """A proxy on a free port for a server on this machine, with a delay for each direction."""

    def __init__(self, port: int, delay_seconds: float = 0.0) -> None:
        self._target = port
        self._delay = delay_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        with browser, socket.create_connection(("127.0.0.1", self._target)) as server:
            answers = threading.Thread(target=self._pass_on, args=(server, browser), daemon=True)
            answers.start()
            self._pass_on(browser, server)
            answers.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        chunks: queue.Queue[tuple[float, bytes]] = queue.Queue()
        sender = threading.Thread(target=_send, args=(chunks, target), daemon=True)
        sender.start()
        data = b"-"
        while data:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            chunks.put((time.monotonic() + self._delay, data))
        sender.join()


def _send(chunks: "queue.Queue[tuple[float, bytes]]", target: socket.socket) -> None:
    """Send each chunk at its time. An empty one is the end."""
    with suppress(OSError):
        while True:
            due, data = chunks.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
