"""Where others reach this computer: its address in the local network, as text and as a QR code."""

import io
import socket

import segno

from mnistviz.core.errors import ClassError

# Of an example network: nothing is sent to it. The system says from which address it would be.
_ELSEWHERE = ("192.0.2.1", 9)


def local_address() -> str:
    """The address of this computer in the local network, or 127.0.0.1 where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def check_port(address: str, port: int) -> None:
    """Raise `ClassError` where a server can't listen on an address and port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ClassError(
                f"{address}, port {port}: expected an address of this computer and a free port, "
                f"got: {error.strerror or error}; choose others with --address and --port"
            ) from None


def url_of(address: str, port: int) -> str:
    """The address of a server's root, such as `http://192.168.1.5:8501`."""
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}"


def terminal_code(text: str) -> str:
    """A QR code for a terminal, in half blocks of characters."""
    target = io.StringIO()
    segno.make(text, micro=False).terminal(target, compact=True)
    return target.getvalue()


def picture_code(text: str) -> str:
    """A QR code as SVG, black on white, with the quiet zone that cameras need."""
    code = segno.make(text, micro=False)
    return str(code.svg_inline(scale=10, border=4, dark="#000000", light="#ffffff"))
