"""The documents: commands of the README work; files and targets that they name exist."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from mnistviz.core.assets import PROJECT
from mnistviz.digits.mnist import load_mnist
from tests.helpers.sentences import MOST_WORDS, long_sentences

ROOT = PROJECT
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
OURS = [command for command in COMMANDS if command.startswith("python -m mnistviz")]


def test_every_command_of_the_readme_is_under_test() -> None:
    others = {"make run", "make test", "pip install -r requirements.txt", "streamlit run app.py"}
    assert set(COMMANDS) - set(OURS) == others
    # `make test` runs this test; tests/browser runs `streamlit run app.py`.


@pytest.mark.process
@pytest.mark.slow
def test_the_commands_of_the_readme_work_in_their_order(tmp_path: Path) -> None:
    Image.fromarray(load_mnist().x_test[0]).resize((280, 280)).save(tmp_path / "digit.png")
    outputs = []
    for command in OURS:
        words = [sys.executable, *shlex.split(command)[1:]]
        done = subprocess.run(
            words,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    said = dict(zip(OURS, outputs, strict=True))

    def of(word: str) -> str:
        return next(text for command, text in said.items() if f" {word} " in command)

    assert "18,050" in of("info")
    assert "finished after 3 epochs" in of("train")
    assert of("predict").startswith("digit.png: 7")
    assert of("runs import") == "imported as second-2 (second is here already)\n"
    assert of("runs restore") == "second-2 is back\n"


@pytest.mark.process
@pytest.mark.slow
def test_what_pip_is_told_to_install_is_installed() -> None:
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "-r", "requirements.txt"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout


@pytest.mark.process
@pytest.mark.slow
def test_make_run_serves_the_dashboard(tmp_path: Path) -> None:
    if not (ROOT / ".venv" / "run.stamp").exists():
        pytest.skip("without .venv, this would install every package first")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true"}
    make = shutil.which("make")
    assert make is not None
    server = subprocess.Popen(
        [make, "run"], cwd=ROOT, env={**os.environ, **settings}, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                url = f"http://localhost:{port}/_stcore/health"
                with urllib.request.urlopen(url, timeout=1) as answer:
                    assert answer.read() == b"ok"
                    break
            except OSError:  # not there yet, or not ready to answer within the second
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=20)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(((?!http)[^)]+)\)", text)
    quoted = re.findall(r"`((?:mnistviz|docs|tests|tools|pages)/[\w./]+)`", text)
    assert linked or quoted
    for path in [*linked, *quoted]:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        *(ROOT / "docs").glob("*.md"),
    ],
    ids=lambda path: path.name,
)
def test_sentences_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not long_sentences(text), f"of more than {MOST_WORDS} words"


def test_pictures_of_the_readme_can_be_shown() -> None:
    names = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert names[0].endswith(".webp")
    for name in names:
        with Image.open(ROOT / name) as picture:
            picture.load()
            assert (getattr(picture, "n_frames", 1) > 20) == name.endswith(".webp")
        assert (ROOT / name).stat().st_size < 1_500_000
    # No picture is left over.
    shown = {Path(name).name for name in names}
    assert {path.name for path in (ROOT / "docs" / "screenshots").iterdir()} == shown


def test_the_contribution_guide_names_the_tests_of_bundled_numbers() -> None:
    assert "`tests/test_bundled_numbers.py`" in (ROOT / "CONTRIBUTING.md").read_text()
    assert (ROOT / "tests" / "test_bundled_numbers.py").exists()


def test_the_targets_of_the_makefile_that_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    texts = README + (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"(?:`| {4}|^)make ([a-z-]+)", texts, re.MULTILINE))
    assert named <= targets
    assert {"run", "test", "test-all", "lint", "format", "screenshots"} <= targets
