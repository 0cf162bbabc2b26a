"""Scripts and notebooks that build and train the network of a run again, in Keras or PyTorch."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mnistviz.exports import keras_code, texts, torch_code, training_data
from mnistviz.exports.code_parts import Cell, as_notebook, as_script, template_cells
from mnistviz.exports.training_data import Beside
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

# Settings that change nothing in a script.
UNUSED_SETTINGS = {"measure_gap", "schedule"}

HEAD = """Train the network of the run {run} again, in {library}.

The same layers, the same images in the same order and the same recipe, in one file that does not
need mnistviz. The run:
{settings}

What is not the same:
{differences}

{needs}
{written_by}"""

USAGE = """    pip install numpy {packages}
    python {file} [--data {data}] [--epochs N] [--limit N] [--out {out}]

{texts}"""

OF_MNIST = "MNIST is read from `mnist.npz`, the file of Keras, and downloaded where it is missing."

MAIN = """if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=DATA, help="the file of the images")
    parser.add_argument("--epochs", type=int, default=RECIPE["epochs"])
    parser.add_argument("--limit", type=int, help="so many images, to try it out")
    parser.add_argument("--out", help="a file {suffix} for the trained network")
    args = parser.parse_args()
    trained = train(args.data, args.epochs, args.limit)
    if args.out:
        {save}"""


@dataclass(frozen=True)
class Library:
    """A library that scripts are written for: its code, and what differs from a run."""

    name: str
    packages: str
    template: str
    suffix: str
    save: str
    imports: str
    network: Callable[[Run], str]
    differences: Callable[[Run], list[str]]


KERAS = Library(
    "Keras",
    "keras tensorflow",
    "keras_training.py",
    ".keras",
    "trained.save(args.out)",
    "import keras\nimport numpy as np",
    keras_code.network,
    keras_code.differences,
)
TORCH = Library(
    "PyTorch",
    "torch",
    "torch_training.py",
    ".pt",
    "torch.save(trained.state_dict(), args.out)",
    "import numpy as np\nimport torch\nfrom torch import nn\nfrom torch.nn import functional",
    torch_code.network,
    torch_code.differences,
)


# Writes the code for a snapshot.
Writer = Callable[[Snapshot, Path], None]


def write_keras(snapshot: Snapshot, file: Path) -> None:
    """Write a Keras script, or a notebook where the file ends with .ipynb. Raises `RunError`."""
    _write(snapshot, file, KERAS)


def write_torch(snapshot: Snapshot, file: Path) -> None:
    """Write a PyTorch script, or a notebook where the file ends with .ipynb. Raises `RunError`."""
    _write(snapshot, file, TORCH)


def _write(snapshot: Snapshot, file: Path, library: Library) -> None:
    """Write the code into `file`, and beside it the arrays that it needs."""
    run = snapshot.run
    beside = training_data.write_beside(run, file)
    head = _head(run, library, file.name, beside)
    notebook = file.suffix == ".ipynb"
    cells = training_cells(run, library, beside, in_notebook=notebook)
    if notebook:
        opening = Cell("markdown", f"# {head}")
        text = as_notebook([opening, *cells, Cell("code", "trained = train()")])
    else:
        main = MAIN.format(suffix=library.suffix, save=library.save)
        text = as_script(head, [*cells, Cell("code", main, "Start")])
    file.write_text(text, encoding="utf-8")


def training_cells(
    run: Run,
    library: Library,
    beside: Beside,
    *,
    in_notebook: bool,
) -> list[Cell]:
    """The cells that define everything, with the function `train` in the last one."""
    regions = _regions(run, set(beside.arrays))
    return [
        Cell("code", _imports(library, regions, in_notebook=in_notebook), "Imports"),
        Cell("code", _constants(run, beside, in_notebook=in_notebook), "Settings"),
        Cell("code", library.network(run), "The network"),
        *template_cells("recipe.py", regions),
        *template_cells(library.template, regions),
    ]


def _regions(run: Run, arrays: set[str]) -> set[str]:
    """The parts of the templates that the recipe of a run needs."""
    train = run.spec.train
    changes = bool(train.augmentation or train.bend)
    ink = bool(train.ink or train.tablet_ink)
    wanted = {
        "beside": "images" in arrays,
        "first_images": "images" not in arrays,
        "mnist": run.spec.data is None,
        "own_data": run.spec.data is not None,
        "decay": train.schedule == "decay",
        "one_cycle": train.schedule == "one-cycle",
        "soft": bool(train.soft_labels),
        "hard": not train.soft_labels,
        "augmentation": changes,
        "bend": bool(train.bend),
        "ink": ink,
        "random": changes or ink,
        "average": bool(train.weight_average),
        "plain": not train.weight_average,
        "start": run.spec.parent is not None,
        "fresh": run.spec.parent is None and run.spec.model.batch_norm,
    }
    return {name for name, is_wanted in wanted.items() if is_wanted}


def _imports(library: Library, regions: set[str], *, in_notebook: bool) -> str:
    standard = ["import urllib.request"] if "mnist" in regions else []
    if "mnist" in regions or not in_notebook:
        standard.append("from pathlib import Path")
    if not in_notebook:
        standard.insert(0, "import argparse")
    if library is TORCH:
        place = len(standard) - ("from pathlib import Path" in standard)
        standard.insert(place, "from collections import OrderedDict")
        if "average" in regions:
            standard.insert(0 if in_notebook else 1, "import copy")
    return "\n".join(standard) + f"\n\n{library.imports}"


def _constants(run: Run, beside: Beside, *, in_notebook: bool) -> str:
    def place(name: str) -> str:
        return f'"{name}"' if in_notebook else f'Path(__file__).with_name("{name}")'

    settings = run.spec.train.model_dump(mode="json")
    lines = ["# The settings of the run.", "RECIPE = {"]
    lines += [
        f'    "{name}": {value!r},'
        for name, value in settings.items()
        if name not in UNUSED_SETTINGS
    ]
    lines.append("}")
    lines += ["", f"NUM_CLASSES = {len(run.spec.class_names)}"]
    if run.spec.data:
        lines += textwrap.wrap(
            ", ".join(run.spec.class_names), 90, initial_indent="# ", subsequent_indent="# "
        )
    lines.append("DATA = " + (place(beside.data) if beside.data else '"mnist.npz"'))
    if beside.file:
        lines.append(f"BESIDE = np.load({place(beside.file)})")
    if "weights_0" in beside.arrays:
        number = sum(name.startswith("weights_") for name in beside.arrays)
        lines += ["# The run began with these weights of another one.", f"NUM_ARRAYS = {number}"]
    return "\n".join(lines)


def _head(run: Run, library: Library, file: str, beside: Beside) -> str:
    needs = USAGE.format(
        packages=library.packages,
        file=file,
        data=beside.data or "mnist.npz",
        out=f"trained{library.suffix}",
        texts="\n".join(textwrap.fill(one, texts.WIDTH) for one in data_sentences(run, beside)),
    )
    differences = [*library.differences(run), *_differences(run)]
    return HEAD.format(
        run=run.name,
        library=library.name,
        settings=_bullets(texts.recipe_lines(run)),
        differences=_bullets(differences),
        needs=needs,
        written_by=texts.WRITTEN_BY,
    )


def data_sentences(run: Run, beside: Beside) -> list[str]:
    """Sentences on the files that the code reads."""
    found = [OF_MNIST]
    if run.spec.data:
        found = [
            f"`{beside.data}`, beside it, has the images of the data set {run.spec.data.name}: "
            f"{run.spec.train.num_images:,} to train on, {run.spec.train.held_out:,} for the "
            f"validation, {run.spec.data.num_test:,} to test."
        ]
    if beside.file:
        what = "the data set" if run.spec.data else "MNIST"
        found.append(f"`{beside.file}`, beside it, has what {what} does not have: {_kept(run)}.")
    return found


def _kept(run: Run) -> str:
    train = run.spec.train
    parts = []
    if training_data.has_own_images(run):
        parts.append("the other images that the run trained on")
    if train.soft_labels:
        parts.append("the soft labels")
    if run.spec.parent:
        parts.append("the first weights")
    return ", ".join(parts)


def _differences(run: Run) -> list[str]:
    """The differences from a run that both libraries have."""
    found = []
    random = ["the masks of dropout"] if run.spec.model.dropout else []
    if run.spec.train.augmentation or run.spec.train.bend or run.spec.train.ink:
        random.append("the changes of the images")
    if random:
        found.append(f"Random numbers: {' and '.join(random)} are drawn anew.")
    events = MetricsReader(run.metrics_file).events()
    if any(event["event"] == "learning_rate" for event in events):
        found.append("The learning rate was changed by hand during the run; here it is not.")
    found.append("Rounding, and so the last digits of all results.")
    return found


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
