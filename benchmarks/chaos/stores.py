"""Two processes that write to one home and are killed, run out of disk, or may not write.

Each says what it is about to write, and again when it was written: what was written must be there
afterwards, and of what was under way the state before or after.
"""

import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
import traceback
from typing import IO, Any

from benchmarks.chaos.findings import Findings
from benchmarks.chaos.trainings import wait_for
from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import label_issues
from mnistviz.runs import metadata, registry
from mnistviz.runs.queue.slots import has_free_slot
from mnistviz.runs.queue.waiting_text import waiting_text
from mnistviz.runs.run_state import run_state, silence_text
from mnistviz.studies import study_directory

# What a writer changes: digits and marks of its own, so that each has one value at a time.
NUM_DIGITS = 20
# The first of the writers on a full disk.
FULL_DISK_WRITERS = 300
TRAIN = TrainSpec(num_images=100, batch_size=10, held_out=100, epochs=2)
# Of Debian's user `nobody`; root may write to everything.
NOBODY = 65534


def main(writer: int) -> None:
    """Change digits, marks, runs and studies until killed; print each before and after it."""
    moments = random.Random(writer)
    data = load_mnist()
    runs = 0
    while True:
        kind = moments.choice(["digit", "digit", "mark", "note", "run", "study"])
        number, value = moments.randrange(NUM_DIGITS), moments.randrange(10)
        if kind == "note" and not runs:
            kind = "run"
        if kind == "run":
            runs += 1
        key, text = key_of(kind, writer, number, runs), value_of(kind, value)
        say("begin", kind, key, text)
        try:
            write(kind, key, text, data.x_test[writer * NUM_DIGITS + number])
        except MnistVizError as error:
            # Any other error ends this process with its traceback.
            say("refused", kind, key, type(error).__name__)
            continue
        say("done", kind, key, text)


def key_of(kind: str, writer: int, number: int, runs: int) -> str:
    return {
        "digit": f"{writer}-{number}",
        "mark": f"set-{writer}/{number}",
        "note": f"run-{writer}-{runs}",
        "run": f"run-{writer}-{runs}",
        "study": f"study-{writer}-{number}",
    }[kind]


def value_of(kind: str, value: int) -> str:
    return {"mark": label_issues.DOUBTS[value % 2], "run": "", "study": ""}.get(kind, str(value))


def write(kind: str, key: str, text: str, image: Any) -> None:
    match kind:
        case "digit":
            my_digits.save(image, int(text))
        case "mark":
            digest, _, number = key.partition("/")
            label_issues.mark(digest, int(number), "wrong" if text == "wrong" else "ambiguous")
        case "run":
            registry.create_run("try-out", ModelSpec(), TRAIN, key)
        case "note":
            metadata.annotate(registry.find_run(key), text)
        case _:
            from datetime import UTC, datetime

            from mnistviz.studies.plans import StudySpec

            spec = StudySpec(name=key, created=datetime.now(UTC), recipe="try-out", epochs=1)
            study_directory.create_or_extend(spec)


def say(*words: str) -> None:
    print(json.dumps(words), flush=True)


# ---------------------------------------------------------------- the parts


class Writers:
    """Two writers on one home, and what they said."""

    def __init__(self, first: int, **options: Any) -> None:
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", __name__, str(first + index)],
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                **options,
            )
            for index in range(2)
        ]
        self._lines: list[list[str]] = []
        self._readers = []
        for stream in [stream for one in self._processes for stream in (one.stdout, one.stderr)]:
            assert stream is not None
            lines: list[str] = []
            self._lines.append(lines)
            # A pipe that nobody reads would hold the writer up.
            self._readers.append(threading.Thread(target=_read, args=(stream, lines)))
            self._readers[-1].start()

    def kill_one_by_one(self, moments: random.Random) -> None:
        """Kill both, at random moments after each has begun to write."""
        wait_for(lambda: all(self._lines[::2]), "a first change of both")
        for process in moments.sample(self._processes, 2):
            time.sleep(moments.uniform(0, 0.5))
            process.kill()
            process.wait()

    def said(self, findings: Findings) -> list[list[str]]:
        """Return what both said, each in its order."""
        for reader in self._readers:
            reader.join()
        for process in self._processes:
            process.wait()
        for errors in self._lines[1::2]:
            findings.look_for_tracebacks("".join(errors), "a writer")
        # The last line may be cut.
        lines = [line for lines in self._lines[::2] for line in lines]
        return [json.loads(line) for line in lines if line.endswith("]\n")]


def _read(stream: IO[str], lines: list[str]) -> None:
    """Read a stream to its end, and close it."""
    with stream:
        lines.extend(stream)


def disturb(rounds: int, moments: random.Random) -> Findings:
    """Kill two writers on one home so many times, and check after each what they wrote."""
    findings = Findings()
    for index in range(rounds):
        writers = Writers(2 * index)
        writers.kill_one_by_one(moments)
        findings.done["process that writes to a shared home killed"] += 2
        check(writers.said(findings), findings)
    return findings


def fill_the_disk(rounds: int, moments: random.Random) -> Findings:
    """Let writers run out of room: each refusal must be one that a person is told."""
    findings = Findings()
    for index in range(rounds):
        limit = moments.randint(0, 2_000)
        writers = Writers(
            FULL_DISK_WRITERS + 2 * index,
            preexec_fn=lambda limit=limit: resource.setrlimit(
                resource.RLIMIT_FSIZE, (limit, limit)
            ),
        )
        writers.kill_one_by_one(moments)
        findings.done["process that writes to a full disk"] += 2
        said = writers.said(findings)
        findings.checked["refusals said in words"] += sum(one[0] == "refused" for one in said)
        check(said, findings)
    return findings


def check(said: list[list[str]], findings: Findings) -> None:
    """Compare what the writers said with what is in the home."""
    allowed: dict[tuple[str, str], set[str]] = {}
    created: set[tuple[str, str]] = set()
    for word, kind, key, text in said:
        if word == "begin":
            allowed.setdefault((kind, key), set()).add(text)
        elif word == "done":
            allowed[kind, key] = {text}
            created.add((kind, key))
    for (kind, key), texts in allowed.items():
        found = stored(kind, key)
        findings.checked["studies" if kind == "study" else f"{kind}s"] += 1
        if found is None and (kind, key) in created:
            findings.lost.append(f"{kind} {key}, written as {texts}")
        elif found is not None and found not in texts and (kind, key) in created:
            findings.wrong.append(f"{kind} {key}: {found!r} instead of {texts}")
    findings.lost += [f"{run.id}: {run.reason}" for run in registry.damaged_runs()]
    findings.lost += [f"a damaged digit: {path}" for path in my_digits.damaged_files()]


def stored(kind: str, key: str) -> str | None:
    """Return what the home has for a key, or None for nothing."""
    try:
        match kind:
            case "digit":
                return _digit(key)
            case "mark":
                digest, _, number = key.partition("/")
                return label_issues.read(digest).get(int(number))
            case "study":
                study_directory.open_study(study_directory.studies_home() / key)
                return ""
            case _:
                run = registry.find_run(key)
                return run.note if kind == "note" else ""
    except MnistVizError:
        return None


def _digit(key: str) -> str | None:
    writer, _, number = key.partition("-")
    image = load_mnist().x_test[int(writer) * NUM_DIGITS + int(number)]
    digit = my_digits.find_image(image)
    return None if digit is None else str(digit.label)


def write_to_a_read_only_home(findings: Findings) -> None:
    """Try each kind of change on a home without the right to write, as another user for root."""
    home = storage.home()
    load_mnist()  # the other user may not read the project
    for run in registry.list_runs():
        if not run.bundled:
            (run.path / "worker.lock").touch()
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    child = os.fork()
    if not child:
        status = 1
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            else:
                home.chmod(0o500)
            status = sum(not _is_refused(kind) for kind in ("digit", "mark", "run", "study"))
            _read_all()
        except Exception:
            traceback.print_exc()
            status = 1
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    home.chmod(0o755)
    findings.done["change of a home without the right to write"] += 4
    if status:
        findings.tracebacks.append("read-only home: it can't be read, or a change was not refused")
    if before != {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}:
        findings.wrong.append("a read-only home was changed")


def _read_all() -> None:
    """Read what pages list; any error ends the process."""
    runs = registry.list_runs()
    for run in runs:
        run_state(run)
        silence_text(run)
    waiting_text(runs[-1])
    has_free_slot()
    my_digits.list_digits()
    study_directory.list_studies()
    label_issues.read("set-0")


def _is_refused(kind: str) -> bool:
    try:
        write(kind, key_of(kind, 1, 1, 1), value_of(kind, 1), load_mnist().x_test[0])
    except MnistVizError:
        return True
    except Exception:
        traceback.print_exc()
        return False
    return False


if __name__ == "__main__":
    main(int(sys.argv[1]))
