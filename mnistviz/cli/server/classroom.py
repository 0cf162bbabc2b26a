"""Serve the dashboard to a class: `classroom`."""

import json
import os
from typing import Annotated
from urllib.parse import urlencode

import typer

from mnistviz.classroom import mode, network, teacher
from mnistviz.cli.options import AsJson
from mnistviz.core.assets import PROJECT
from mnistviz.core.processes import become_module

# The address for the class, where it is another than that of this computer: behind a proxy.
ADDRESS_VARIABLE = "MNISTVIZ_ADDRESS"
EVERYWHERE = "0.0.0.0"  # noqa: S104


def classroom(
    address: Annotated[
        str, typer.Option(help="The address of this computer to listen on; 0.0.0.0: all.")
    ] = EVERYWHERE,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen on.")] = 8501,
    new_link: Annotated[
        bool, typer.Option("--new-link", help="Another teacher's link: older ones work no more.")
    ] = False,
    link: Annotated[
        bool, typer.Option("--link", help="Print address and teacher's link, and start no server.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve a class on the local network: everybody has a space of their own.

    Prints the address for the class, with a QR code, and the link that makes its opener the
    teacher. With --json, the first line is an object with `address` and `teacher_link`.
    """
    if not link:
        network.check_port(address, port)
    if new_link:
        teacher.renew_secret()
    host = network.local_address() if address in (EVERYWHERE, "::") else address
    url = os.environ.get(ADDRESS_VARIABLE) or network.url_of(host, port)
    secret_link = f"{url}/class/teacher?{urlencode({'key': teacher.secret()})}"
    if as_json:
        print(json.dumps({"address": url, "teacher_link": secret_link}), flush=True)
    else:
        if not link:
            print(network.terminal_code(url))
        print(f"For the class:      {url}")
        print(f"For the teacher:    {secret_link}")
        print("Whoever opens the teacher's link is the teacher: don't show it on the projector.")
        print(flush=True)
    if not link:
        become_module(
            "streamlit",
            ["run", str(PROJECT / "app.py"), *_options(address, port, host)],
            {mode.VARIABLE: "class", ADDRESS_VARIABLE: url},
        )


def _options(address: str, port: int, host: str) -> list[str]:
    options = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",
        # Without it, Streamlit asks a server on the internet for this computer's address.
        "browser.serverAddress": host,
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",
    }
    return [f"--{name}={value}" for name, value in options.items()]
