"""`classroom`: what it prints before it serves. tests/browser has a server that it starts."""

import json
import socket
from pathlib import Path

import pytest

from mnistviz.classroom import teacher
from mnistviz.cli.server import classroom as command


def classroom(**options: object) -> None:
    settings = {"address": "0.0.0.0", "port": 8501, "new_link": False, "as_json": False}  # noqa: S104
    command.classroom(**{**settings, "link": True, **options})  # type: ignore[arg-type]


def test_json_has_the_address_and_the_link_of_the_teacher(
    capsys: pytest.CaptureFixture[str],
) -> None:
    classroom(address="192.168.1.5", as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    link = f"http://192.168.1.5:8501/class/teacher?key={teacher.secret()}"
    assert json.loads(line) == {"address": "http://192.168.1.5:8501", "teacher_link": link}


def test_a_new_link_replaces_the_old_one(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    old = teacher.secret()
    classroom(new_link=True)
    assert teacher.secret() != old
    output = capsys.readouterr().out
    assert teacher.secret() in output
    assert old not in output


def test_the_server_is_streamlit_in_class_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(command, "become_module", lambda *all_of_it: started.append(all_of_it))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    classroom(address="127.0.0.1", port=port, link=False)
    ((module, words, settings),) = started
    assert module == "streamlit"
    assert words[:1] == ["run"]
    assert {"--server.address=127.0.0.1", f"--server.port={port}"} <= set(words)
    assert "--server.enableXsrfProtection=true" in words
    assert settings["MNISTVIZ_MODE"] == "class"
    assert teacher.secret() not in str((words, settings))
