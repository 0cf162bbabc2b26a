"""Make `.venv` whole: `python tools/environment.py [FOLDER [test | dask]]`.

Environments are made anew where their Python is another one or does not start. Packages that lost
files are installed again. What is whole and up to date is left alone. Every Python 3 reads this
file, so that each gets the message that it is too old.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# By the name of the stamp in the environment: the files with the packages to be installed.
PACKAGES = {
    "run": ("requirements.txt",),
    "test": ("requirements.txt", "requirements-dev.txt"),
    "dask": ("requirements.txt", "requirements-dask.txt"),
}
PIP_VERSION = "import importlib.metadata as m, pip; print(m.version('pip'))"
PRINT_VERSION = "import sys; print(*sys.version_info[:2], sep='.')"
# Without its pyvenv.cfg, the Python of an environment installs into the one that made it.
PRINT_VERSION_IN_ENVIRONMENT = PRINT_VERSION + "; sys.exit(sys.prefix == sys.base_prefix)"


def main(folder: str = ".venv", kind: str = "run") -> None:
    """Make the environment whole, or end with one line that says what to do."""
    environment = Path(folder).absolute()
    python = str(python_of(environment))
    if output_of(python, "-c", PRINT_VERSION_IN_ENVIRONMENT) not in supported_versions():
        make_environment(environment)
    damaged = forget_damaged_packages(environment)
    if not has_pip(environment) and not add_pip(environment):
        make_environment(environment)
    if damaged:
        print(f"installing again, as files are missing: {', '.join(damaged)}")
    stamp = environment / (kind + ".stamp")
    files = [PROJECT / name for name in PACKAGES[kind]]
    if damaged or not is_newer(stamp, [*files, PROJECT / "constraints.txt"]):
        install(environment, files)
        stamp.touch()
        (environment / "run.stamp").touch()


def python_of(environment: Path) -> Path:
    """Path of the Python of an environment, on this system."""
    names = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment.joinpath(*names)


def supported_versions() -> "list[str]":
    """The minor versions of Python that the project runs on, such as 3.11, newest first."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    first, end = re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text)[0]
    return [f"3.{minor}" for minor in reversed(range(int(first), int(end)))]


def output_of(*command: str) -> str:
    """The standard output of a command, or "" where it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.decode(errors="replace").strip()


def has_pip(environment: Path) -> bool:
    """Whether pip is in an environment, with its record."""
    return bool(output_of(str(python_of(environment)), "-c", PIP_VERSION))


def add_pip(environment: Path) -> bool:
    """Install the pip that comes with Python. Return whether it is there then."""
    output_of(str(python_of(environment)), "-m", "ensurepip", "--upgrade", "--default-pip")
    return has_pip(environment)


def make_environment(environment: Path) -> None:
    """Make an environment anew with this Python. What can't be made whole is removed."""
    version = "{}.{}".format(*sys.version_info[:2])
    if version not in supported_versions():
        sys.exit(wrong_version(version))
    if environment.is_file():
        environment.unlink()
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(environment)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if made.returncode or not has_pip(environment):
        shutil.rmtree(str(environment), ignore_errors=True)
        said = " ".join(made.stdout.decode(errors="replace").split()) or "no pip in it"
        sys.exit(
            f"mnistviz: expected an environment with pip from 'python -m venv {environment.name}', "
            f"got: {said}; on Debian and Ubuntu: apt install python{version}-venv"
        )


def wrong_version(version: str) -> str:
    """The message about a Python that is not supported, with the way out, in one line."""
    versions = supported_versions()
    found = [
        name
        for name in ("python" + each for each in versions)
        if output_of(name, "-c", PRINT_VERSION)
    ]
    way_out = f"make run PYTHON={found[0] if found else 'PATH_OF_ONE_OF_THEM'}"
    return (
        f"mnistviz: expected Python {', '.join(versions[:0:-1])} or {versions[0]}, got {version} "
        f"({sys.executable}); {'you have one' if found else 'install one, then'}: {way_out}"
    )


def site_packages(environment: Path) -> "list[Path]":
    """The folders with the packages of an environment."""
    return [
        *environment.glob("lib/python3.*/site-packages"),
        *environment.glob("Lib/site-packages"),
    ]


def forget_damaged_packages(environment: Path) -> "list[str]":
    """Remove the record of each package that lost files, so that pip installs it. Return names."""
    damaged = []
    for site in site_packages(environment):
        for record in sorted(site.glob("*.dist-info")):
            if not is_whole(record, site):
                damaged.append(record.name.split("-")[0])
                shutil.rmtree(str(record))
    return damaged


def is_whole(info: Path, site: Path) -> bool:
    """Whether all files of a package have the sizes in its record.

    Compiled files may be missing, and pip rewrites the first line of scripts.
    """
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as lines:
            for name, _, size in csv.reader(lines):
                if name.endswith(".pyc"):
                    continue
                actual = (site / name).stat().st_size
                if size and not name.startswith("..") and actual != int(size):
                    return False
    except (OSError, ValueError):
        return False
    return (info / "METADATA").exists()


def is_newer(stamp: Path, files: "list[Path]") -> bool:
    """Whether a stamp is there and none of the files has changed since."""
    if not stamp.exists():
        return False
    return all(file.stat().st_mtime <= stamp.stat().st_mtime for file in files)


def install(environment: Path, files: "list[Path]") -> None:
    """Have pip install what the files list, in the exact versions of `constraints.txt`."""
    print(f"installing packages into {environment.name}", flush=True)
    begun = time.time()
    words = [word for file in files for word in ("-r", str(file))]
    status = subprocess.call(
        [
            *(str(python_of(environment)), "-m", "pip", "install", "--quiet"),
            "--disable-pip-version-check",
            *words,
            *("-c", str(PROJECT / "constraints.txt")),
        ]
    )
    if status:
        sys.exit(
            "mnistviz: pip could not install all packages; its reason stands above. Without a "
            "network or room on the disk it can't; the same command goes on from here"
        )
    print(f"installed in {time.time() - begun:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
