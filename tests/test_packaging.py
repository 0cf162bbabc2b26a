"""The project as a package: one list of dependencies, one version, a command `mnistviz`."""

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import mnistviz
from mnistviz.core.assets import PROJECT


def requirements(name: str) -> dict[str, Requirement]:
    """The packages that a requirements file names, by name."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    parsed = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return {requirement.name.lower(): requirement for requirement in parsed}


def constraints() -> dict[str, str]:
    """The exact versions, by name with dashes."""
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


@pytest.mark.parametrize("path", sorted(PROJECT.glob("requirements*.txt")), ids=lambda p: p.name)
def test_every_requirement_has_an_exact_version_within_its_range(path: Path) -> None:
    for name, requirement in requirements(path.name).items():
        assert constraints()[name.replace("_", "-")] in requirement.specifier, name


def test_the_changelog_has_the_version() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert versions[0] == mnistviz.__version__


def test_dependencies_stand_in_the_requirements_files_alone() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "dependencies" not in project["project"]
    dynamic = project["tool"]["setuptools"]["dynamic"]
    assert dynamic["dependencies"] == {"file": "requirements.txt"}
    for extra, source in dynamic["optional-dependencies"].items():
        assert source == {"file": f"requirements-{extra}.txt"}
        assert requirements(source["file"])


@pytest.mark.process
@pytest.mark.slow
def test_an_editable_install_has_the_command(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    folder = tmp_path / "venv" / "bin"
    subprocess.run(
        [folder / "python", "-m", "pip", "install", "--quiet", "--no-deps", "-e", PROJECT],
        check=True,
        capture_output=True,
    )
    # The dependencies are those of this environment: to install them again takes minutes.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    done = subprocess.run(
        [folder / "mnistviz", "info"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "14,000" in done.stdout
    code = "from importlib import metadata; print(*metadata.requires('mnistviz'), sep='\\n')"
    listed = subprocess.run(
        [folder / "python", "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    names = {Requirement(line).name.lower() for line in listed if "extra ==" not in line}
    assert names == set(requirements("requirements.txt"))
    extras = {Requirement(line).name.lower() for line in listed if "extra ==" in line}
    assert extras == {"distributed", "onnx", "tensorboard"}


def test_this_environment_is_one_that_is_supported() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    supported = Requirement(f"python{project['project']['requires-python']}").specifier
    assert (
        f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}" in supported
    )
    assert metadata.version("streamlit") in requirements("requirements.txt")["streamlit"].specifier
