"""`make run` on environments of every kind: whole afterwards, or one line and nothing left.

The project is a copy whose only package is a small wheel beside it, so that pip needs no index.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT

pytestmark = [pytest.mark.process, pytest.mark.slow]

FILES = ("Makefile", "pyproject.toml", "tools/environment.py")
# Stands in for Streamlit, which `make run` starts.
MODULE = "print('served')\n"
MAKE = shutil.which("make") or "make"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what `make run` needs, in a folder with a space in its name."""
    folder = tmp_path / "my project"
    (folder / "tools").mkdir(parents=True)
    for name in FILES:
        shutil.copy(PROJECT / name, folder / name)
    wheel = write_wheel(tmp_path)
    (folder / "requirements.txt").write_text(f"{wheel.as_uri()}\n")
    (folder / "requirements-dev.txt").write_text("")
    (folder / "constraints.txt").write_text("")
    return folder


def write_wheel(folder: Path) -> Path:
    """A package `streamlit` that says that it was started."""
    info = "streamlit-1.0.dist-info"
    parts = {
        "streamlit/__init__.py": "",
        "streamlit/__main__.py": MODULE,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: streamlit\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{name},,{len(text)}\n" for name, text in parts.items())
    parts[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / "streamlit-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return wheel


def make_run(project: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    # Without what `make test` passes on to the `make` that it runs.
    outer = ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")
    own = {name: value for name, value in os.environ.items() if name not in outer}
    environment = {**own, "PIP_NO_INDEX": "1"}
    return subprocess.run(
        [MAKE, "run", f"PYTHON={python}"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def serves(project: Path) -> bool:
    done = make_run(project)
    assert done.returncode == 0, done.stdout + done.stderr
    return "served" in done.stdout


def old_python(tmp_path: Path, version: str = "3.10") -> str:
    """A Python that says that it is of another version: the real one may be missing."""
    code = "import runpy, sys; sys.version_info = tuple([3, {}, 0]); sys.argv = sys.argv[1:]; "
    start = "sys.path.insert(0, ''); runpy.run_path(sys.argv[0], run_name='__main__')"
    script = tmp_path / f"python{version}"
    minor = version.partition(".")[2]
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code.format(minor)}{start}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def site_of(project: Path) -> Path:
    (site,) = (project / ".venv").glob("lib/python3.*/site-packages")
    return site


def test_a_fresh_folder_with_a_space_in_its_name(project: Path) -> None:
    assert serves(project)
    # The second time, nothing is installed.
    stamp = (project / ".venv" / "run.stamp").stat().st_mtime_ns
    assert serves(project)
    assert (project / ".venv" / "run.stamp").stat().st_mtime_ns == stamp
    (project / "constraints.txt").touch()
    assert serves(project)
    assert (project / ".venv" / "run.stamp").stat().st_mtime_ns > stamp


def without_pip(project: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)


def made(project: Path) -> Path:
    """A whole environment in the project: a copy, as making one takes seconds."""
    source = project.parent.parent / "whole environment"
    if not source.exists():
        assert serves(project)
        shutil.copytree(project / ".venv", source, symlinks=True)
    elif not (project / ".venv").exists():
        shutil.copytree(source, project / ".venv", symlinks=True)
    return project / ".venv"


def without_python(project: Path) -> None:
    (made(project) / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python3").unlink(missing_ok=True)


def with_dangling_python(project: Path) -> None:
    python = made(project) / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")


def without_settings(project: Path) -> None:
    (made(project) / "pyvenv.cfg").unlink()


def with_half_a_package(project: Path) -> None:
    made(project)
    (site_of(project) / "streamlit" / "__main__.py").unlink()


def with_an_empty_file(project: Path) -> None:
    made(project)
    (site_of(project) / "streamlit" / "__main__.py").write_text("")


def with_a_package_without_record(project: Path) -> None:
    made(project)
    shutil.rmtree(site_of(project) / "streamlit")
    (site_of(project) / "streamlit-1.0.dist-info" / "RECORD").unlink()


def with_half_of_pip(project: Path) -> None:
    made(project)
    shutil.rmtree(site_of(project) / "pip" / "_internal")


def of_another_python(project: Path) -> None:
    python = made(project) / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\necho 3.10\n")
    python.chmod(0o755)


def a_file(project: Path) -> None:
    (project / ".venv").write_text("no folder")


@pytest.mark.parametrize(
    "broken",
    [
        without_pip,
        without_python,
        with_dangling_python,
        without_settings,
        with_half_a_package,
        with_an_empty_file,
        with_a_package_without_record,
        with_half_of_pip,
        of_another_python,
        a_file,
    ],
)
def test_a_broken_environment_is_mended(project: Path, broken: object) -> None:
    assert callable(broken)
    broken(project)
    assert serves(project)


@pytest.mark.parametrize("version", ["3.6", "3.10", "3.14"])
def test_another_python_is_refused_in_one_line_and_leaves_nothing(
    project: Path, tmp_path: Path, version: str
) -> None:
    done = make_run(project, old_python(tmp_path, version))
    assert done.returncode != 0
    line, *others = done.stderr.strip().splitlines()
    assert line.startswith(f"mnistviz: expected Python 3.11, 3.12 or 3.13, got {version} (")
    assert "make run PYTHON=" in line
    assert [other.partition(":")[0] for other in others] == ["make"]
    assert not (project / ".venv").exists()
    # A whole environment needs no other Python.
    made(project)
    assert "served" in make_run(project, old_python(tmp_path, version)).stdout


def test_the_script_is_read_by_old_pythons(project: Path) -> None:
    """The oldest Python 3 that this machine has, if it has one."""
    pythons = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    names = [*(shutil.which(f"python3.{minor}") for minor in range(6, 11)), *map(str, pythons)]
    for name in filter(None, names):
        code = "import sys; sys.exit(sys.version_info >= (3, 11))"
        if subprocess.run([name, "-c", code], check=False, capture_output=True).returncode:
            continue
        done = make_run(project, name)
        assert done.stderr.startswith("mnistviz: expected Python"), done.stderr
        assert not (project / ".venv").exists()


def test_packages_that_cannot_be_installed_leave_what_the_next_time_goes_on_with(
    project: Path,
) -> None:
    requirements = (project / "requirements.txt").read_text()
    (project / "requirements.txt").write_text("a-package-that-no-index-has==1\n")
    done = make_run(project)
    assert done.returncode != 0
    assert "mnistviz: pip could not install all packages" in done.stderr
    (project / "requirements.txt").write_text(requirements)
    assert serves(project)


def test_the_lines_for_windows_in_the_readme_do_the_same(project: Path) -> None:
    """By their equivalents on this system; `streamlit` is the small package of these tests."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```bat\n(.*?)```", readme, re.DOTALL)
    lines = block.splitlines()
    assert len(lines) == 3
    for line in lines:
        words = line.replace("\\", "/").replace("py -3.12", "PYTHON").split()
        places = {"PYTHON": sys.executable, ".venv/Scripts/python": ".venv/bin/python"}
        command = [places.get(word, word) for word in words]
        done = subprocess.run(
            command,
            cwd=project,
            env={**os.environ, "PIP_NO_INDEX": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "served\n"
