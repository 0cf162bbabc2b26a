"""Files, drawings and links that are damaged at random: `python -m benchmarks.chaos.fuzz`.

Each must be read, or refused with an error that a person is told.
"""

import contextlib
import io
import json
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError, RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits, my_digits_zip
from mnistviz.digits.data_sets import evaluated
from mnistviz.digits.drawing import fabric, pictures, preprocessing, strokes, url_codec
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import label_issues
from mnistviz.runs import desired_state, metadata, metrics_log, registry, run_state, snapshots
from mnistviz.runs.archive import keras_file, keras_reader, pack, unpack
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec

MODEL = ModelSpec(channels=(2, 2, 2))
TRAIN = TrainSpec(num_images=100, batch_size=10, held_out=100, epochs=2)
# Longer than any input may take, in seconds.
PATIENCE = 30
# The kind that is read last, as it loads TensorFlow.
KERAS = "uploaded Keras models"
# Values that parsers get wrong.
STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, -1e308, float("nan"), float("inf"), 2**63, 10**400, "", "\0", "é"),
    *("9" * 400, [], {}, [[]], [None], {"a": {}}, "\ud800", "../../etc/passwd", "NaN", 1e-320),
)
Sample = tuple[str, bytes]
Reader = Callable[[str, bytes], object]


class OutOfTimeError(Exception):
    """An input took longer than `PATIENCE`."""


# ---------------------------------------------------------------- whole samples


def drawn() -> Strokes:
    lines = [[(60, 40), (200, 40), (120, 240)], [(90, 140), (180, 140)]]
    return Strokes(280, 280, 18.0, tuple(np.array(line, np.float32) for line in lines))


def a_run(name: str = "whole") -> Run:
    """Return a finished run with two snapshots and a log."""
    run = registry.create_run("try-out", MODEL, TRAIN, name)
    row = {"step": 10, "epoch": 1, "loss": 0.5, "accuracy": 0.75, "learning_rate": 0.003}
    rows = [{**row, "split": split, "seconds": 1.5} for split in ("batch", "train", "validation")]
    run.metrics_file.write_text("".join(json.dumps(one) + "\n" for one in rows))
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 20, "total": 20})
    shapes = [shape for layer in MODEL.layers for _, shape in layer.weights]
    for step in (0, 20):
        snapshots.write(Snapshot(run, step), [np.full(shape, 0.1, np.float32) for shape in shapes])
    return metadata.annotate(run, "a note")


def saved(write: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def picture_samples() -> list[Sample]:
    image = Image.fromarray(255 - load_mnist().x_test[0]).resize((120, 140)).convert("RGB")
    names = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PDF")
    return [(name.lower(), saved(partial(image.save, format=name))) for name in names]


def set_samples() -> list[Sample]:
    data = load_mnist()
    images, labels = data.x_test[:20], data.y_test[:20]
    header = (2051).to_bytes(4) + b"".join(size.to_bytes(4) for size in images.shape)
    idx = header + images.tobytes()
    idx_labels = (2049).to_bytes(4) + (20).to_bytes(4) + labels.tobytes()
    table = "label," + ",".join(f"pixel{n}" for n in range(784)) + "\n"
    table += "".join(
        f"{label}," + ",".join(map(str, image.ravel())) + "\n"
        for label, image in zip(labels[:5], images[:5], strict=True)
    )
    png = saved(lambda file: Image.fromarray(images[0]).save(file, format="PNG"))
    return [
        ("set.npz", saved(lambda file: np.savez_compressed(file, x_test=images, y_test=labels))),
        (
            "idx.zip",
            zipped({"t10k-images-idx3-ubyte": idx, "t10k-labels-idx1-ubyte": idx_labels}),
        ),
        ("set.csv", table.encode()),
        ("pictures.zip", zipped({f"{label}/a.png": png for label in range(3)})),
        ("t10k-images-idx3-ubyte", idx),
    ]


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def digits_zip() -> bytes:
    data = load_mnist()
    digits = [my_digits.save(data.x_test[n], int(data.y_test[n]), drawn()) for n in range(3)]
    return saved(lambda file: my_digits_zip.export(file, digits))


def run_zip(run: Run) -> bytes:
    return saved(lambda file: pack.export(run, file, step=20, steps=(0, 20), with_keras=False))


# ---------------------------------------------------------------- readers


def read_picture(name: str, raw: bytes) -> None:
    preprocessing.normalise(pictures.read_picture(raw), to_pen=True)


def read_strokes(name: str, raw: bytes) -> None:
    found = strokes.parse_strokes(raw.decode(errors="replace"))
    preprocessing.normalise(strokes.render(strokes.redraw(found)))
    url_codec.to_text(found)


def read_canvas(name: str, raw: bytes) -> None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return
    found = fabric.strokes_from_canvas(value if isinstance(value, dict) else None, 280, 280)
    preprocessing.normalise(strokes.render(found))


def read_link(name: str, raw: bytes) -> None:
    text = raw.decode("latin-1")
    if name == "picture":
        url_codec.picture_from_text(text)
    else:
        strokes.render(url_codec.from_text(text))


def read_digits(name: str, raw: bytes) -> None:
    for digit in my_digits_zip.import_uploads([(name, raw)]).digits:
        my_digits.file_of(digit.id).unlink(missing_ok=True)


def read_run(name: str, raw: bytes) -> None:
    metadata.delete_permanently(metadata.delete(unpack.import_run(io.BytesIO(raw)).run))


def read_home(file: Path, name: str, raw: bytes) -> None:
    """Put a file into the home and read all that the pages list."""
    before = file.read_bytes()
    file.write_bytes(raw)
    try:
        for run in registry.list_runs():
            if not run.bundled:
                run_state.run_state(run)
                run_state.silence_text(run)
                desired_state.read(run)
                metrics_log.read(run)
                for step in snapshots.steps_of(run):
                    snapshots.read_error(Snapshot(run, step))
        registry.damaged_runs()
        my_digits.list_digits()
        study_directory.list_studies()
        label_issues.read("whole")
    finally:
        file.write_bytes(before)


# ---------------------------------------------------------------- damage


def damaged(raw: bytes, moments: random.Random) -> bytes:
    """Return bytes with one to three faults: flipped, cut, doubled, moved, emptied or made up."""
    changed = bytearray(raw)
    for _ in range(moments.randint(1, 3)):
        size = max(len(changed), 1)
        begin = moments.randrange(size)
        end = min(size, begin + moments.choice([1, 4, 16, 256]))
        match moments.randrange(7):
            case 0:
                del changed[begin:]
            case 1:
                changed[begin:end] = moments.randbytes(end - begin)
            case 2:
                del changed[begin:end]
            case 3:
                changed[begin:begin] = changed[begin:end] * moments.choice([1, 50])
            case 4:
                changed[begin:end] = bytes(end - begin)
            case 5:
                changed[begin:end] = b"\xff" * (end - begin)
            case _ if len(changed) > begin:
                changed[begin] ^= 1 << moments.randrange(8)
    return bytes(changed)


def strange_json(raw: bytes, moments: random.Random) -> bytes:
    """Return the JSON with a value replaced by a strange one, or its bytes damaged."""
    if moments.random() < 0.4:
        return damaged(raw, moments)
    value = json.loads(raw)
    place: Any = value
    while isinstance(place, (dict, list)) and place:
        key = moments.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], (dict, list)) or moments.random() < 0.2:
            place[key] = moments.choice(STRANGE)
            break
        place = place[key]
    text = json.dumps(value)
    if moments.random() < 0.02:
        text = "[" * 100_000
    return text.encode()


def sources(home: Path) -> dict[str, tuple[float, list[tuple[str, bytes, Reader]], Any]]:
    """Return, by kind, its share of all inputs, whole samples with their readers, the damage."""
    run = a_run()
    digits, archive = digits_zip(), run_zip(run)
    label_issues.mark("whole", 1, "wrong")
    data = load_mnist()
    drawing = strokes.strokes_to_json(drawn()).encode()
    canvas = json.dumps(fabric.canvas_from_strokes(drawn())).encode()
    link = (url_codec.to_text(drawn()) or "").encode()
    picture = url_codec.picture_to_text(to_input(data.x_test[0])).encode()
    desired_state.change(run, mode="pause")
    spec = StudySpec(name="whole", created=datetime.now(UTC), recipe="try-out", epochs=1)
    study = study_directory.create_or_extend(spec)
    study_directory.add_coverage(study, spec.trials[0], [])
    names = ("spec.json", "label.json", "status.json", "control.json")
    files = [*(run.path / name for name in names), *study.path.glob("*.json*")]
    files += [run.metrics_file, home / "doubtful_labels.json", *(home / "digits").glob("*.json")]
    keras = keras_samples(run)
    return {
        "uploaded pictures": (0.25, [(*one, read_picture) for one in picture_samples()], damaged),
        "drawings as JSON": (
            0.2,
            [("strokes", drawing, read_strokes), ("canvas", canvas, read_canvas)],
            strange_json,
        ),
        "links": (
            0.2,
            [("drawing", link, read_link), ("picture", picture, read_link)],
            damaged,
        ),
        "uploaded data sets": (
            0.1,
            [
                (*one, lambda name, raw: evaluated.read_uploads([(name, raw)]))
                for one in set_samples()
            ],
            damaged,
        ),
        "uploaded digits": (0.05, [("digits.zip", digits, read_digits)], damaged),
        "uploaded runs": (0.05, [("run.zip", archive, read_run)], damaged),
        "JSON files of the home": (
            0.13,
            [(file.name, file.read_bytes(), partial(read_home, file)) for file in files],
            lambda raw, moments: (
                damaged(raw, moments) if b"\n{" in raw else strange_json(raw, moments)
            ),
        ),
        KERAS: (0.02, keras, damaged),
    }


def keras_samples(run: Run) -> list[tuple[str, bytes, Reader]]:
    """Return a run as a Keras file, with the reader of the child process that an import starts."""
    file = storage.home() / "model.keras"
    keras_file.write(Snapshot(run, 20), file)
    with zipfile.ZipFile(file) as archive:
        weights = archive.read("model.weights.h5")

    def read(name: str, raw: bytes) -> None:
        file = storage.home() / f"given-{name}"
        file.write_bytes(raw)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                if keras_reader.main(str(file), str(storage.home())):
                    raise RunError("refused in words")
        finally:
            file.unlink()

    return [("model.keras", file.read_bytes(), read), ("model.h5", weights, read)]


# ---------------------------------------------------------------- the part


def main(number: str, seed: str) -> None:
    """Read so many damaged inputs and print one JSON value of what came of it."""
    moments = random.Random(int(seed))
    done: Counter[str] = Counter()
    read: Counter[str] = Counter()
    faults: list[str] = []
    longest = 0.0
    signal.signal(signal.SIGALRM, _out_of_time)
    peaks: dict[str, float] = {}
    for kind, (share, samples, damage) in sources(storage.home()).items():
        for _ in range(round(int(number) * share)):
            name, raw, reader = moments.choice(samples)
            given = damage(raw, moments)
            begin = time.monotonic()
            signal.alarm(PATIENCE)
            try:
                reader(name, given)
                read[kind] += 1
            except MnistVizError:
                pass
            except BaseException:
                faults.append(f"{kind}, {name}: {traceback.format_exc()[-1_500:]}")
                (storage.home() / f"fault-{len(faults)}").write_bytes(given)
            finally:
                signal.alarm(0)
            done[kind] += 1
            longest = max(longest, time.monotonic() - begin)
        peaks[kind] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    # A server reads Keras models in a process of its own, with TensorFlow.
    peak = max(value for kind, value in peaks.items() if kind != KERAS)
    result = {"done": done, "read": read, "faults": faults, "longest": longest}
    print(json.dumps({**result, "peak_mb": peak}))


def _out_of_time(*_: object) -> None:
    raise OutOfTimeError(f"it took longer than {PATIENCE} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
