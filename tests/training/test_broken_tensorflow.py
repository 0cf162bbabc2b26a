"""A TensorFlow that can't be imported, or that ends the process: one sentence, nothing else lost.

The processes really import a module `tensorflow` that fails. The network is read without it.
"""

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError
from mnistviz.inspection.jobs import kinds
from mnistviz.runs import registry, worker_log
from mnistviz.runs.archive import pack, unpack
from mnistviz.runs.archive.keras_file import KerasFileError
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.training import launcher, warm_start
from tests.helpers.trainings import PATIENCE, SHORT, wait_until

pytestmark = [pytest.mark.process, pytest.mark.slow]

BROKEN = "raise ImportError('DLL load failed while importing _pywrap')"
CRASHING = "import os, signal; os.kill(os.getpid(), signal.SIGILL)"
KINDS = {BROKEN: "can't be loaded", CRASHING: "the processor lacks instructions"}


@pytest.fixture(params=KINDS)
def said(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The message about the TensorFlow that processes find."""
    package = tmp_path / "path" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(request.param)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return KINDS[request.param]


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mnistviz", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_train_says_it_in_one_line_and_reading_goes_on(said: str) -> None:
    done = command("train", "--recipe", "try-out", "--name", "broken", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("mnistviz: ")]
    assert said in line
    assert "Traceback" not in done.stderr
    read = command("evaluate", "best", "--json")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["run"] == "best"


def test_an_export_leaves_out_what_keras_writes_and_says_why(said: str) -> None:
    run = registry.find_run("reference")
    step = latest_snapshot(run).step
    with pytest.raises(KerasFileError, match=said):
        pack.export(run, io.BytesIO(), step=step, steps=[step])
    target = io.BytesIO()
    pack.export_what_can_be(run, target, step=step, steps=[step])
    with zipfile.ZipFile(target) as archive:
        assert "model.keras" not in archive.namelist()
        assert said in archive.read(pack.KERAS_MISSING).decode()
    target.seek(0)
    assert unpack.import_run(target).run.name == "reference-2"


def test_a_warm_worker_that_failed_is_not_started_again_and_again(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_WARM_SECONDS", "60")
    wish = (registry.find_run("reference").spec.model, SHORT)
    warm_start.want(wish)
    log = warm_start.files().log
    deadline = time.monotonic() + PATIENCE
    while not log.stat().st_size or storage.is_locked(warm_start.files().lock):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    begun = log.stat().st_mtime_ns
    warm_start.want(wish)
    assert log.stat().st_mtime_ns == begun
    # A run gets a worker of its own, which says what is wrong.
    try:
        run = launcher.start("reference", wish[0], SHORT, "cold")
    except RunError as error:
        # It failed before the launcher saw it at work.
        reason = str(error)
    else:
        wait_until(run, "failed", "crashed")
        reason = worker_log.reason_of_end(run)
    assert said in reason


def test_a_job_that_failed_says_why(said: str, tiny_run: Run) -> None:
    job = kinds.pruning(latest_snapshot(tiny_run), "conv2")
    assert job.failure() == ""
    job.start()
    deadline = time.monotonic() + PATIENCE
    while storage.is_locked(job.lock_file):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert said in job.failure()
