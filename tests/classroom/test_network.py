"""The address of this computer and its QR code."""

import ipaddress
import socket

import pytest

from mnistviz.classroom import network
from mnistviz.core.errors import ClassError


def test_the_address_is_one_of_this_computer() -> None:
    address = network.local_address()
    assert ipaddress.ip_address(address)
    network.check_port(address, 0)


def test_a_port_that_is_taken_or_an_address_of_another_computer_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ClassError, match="--port"):
            network.check_port("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(ClassError, match="--address"):
        network.check_port("203.0.113.7", 0)


def test_codes_are_for_a_terminal_and_a_page() -> None:
    url = network.url_of("192.168.1.5", 8501)
    assert url == "http://192.168.1.5:8501"
    assert network.url_of("fe80::1", 1) == "http://[fe80::1]:1"
    assert len(network.terminal_code(url).splitlines()) > 10
    assert network.picture_code(url).startswith("<svg")
