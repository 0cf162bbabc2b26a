"""Fine-tuning of a run on a person's digits: its settings, and the start of the training.

`runs/fine_tune_set` mixes the digits with MNIST's images, `evaluation/fine_tune_report` measures
gain and cost.
"""

from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.runs import fine_tune_set, metadata, registry
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training.launcher import start_from

# Share of the images of an epoch that are the person's digits, repeated.
SHARE = 0.1
NUM_IMAGES = 12_800
NUM_STEPS, MAX_EPOCHS = 300, 40


def settings(parent: TrainSpec) -> TrainSpec:
    """Return the settings of fine-tuning: 300 steps, a low learning rate, averaged weights.

    Where the parent was trained on pen or tablet digits, as large a share of them is added, which
    makes some steps more. There are no soft labels: the images are in another order.
    `docs/recipes.md` has the settings that were tried. A smaller data set has smaller batches and
    more epochs, so that there are about as many steps.
    """
    num_images = min(NUM_IMAGES, parent.available - parent.held_out)
    batch_size = 128 if num_images == NUM_IMAGES else 32
    return parent.changed(
        epochs=min(MAX_EPOCHS, -(-NUM_STEPS // -(-num_images // batch_size))),
        batch_size=batch_size,
        num_images=num_images,
        pen_digits=NUM_IMAGES * parent.pen_digits // parent.num_images,
        tablet_digits=NUM_IMAGES * parent.tablet_digits // parent.num_images,
        soft_labels=0.0,
        learning_rate=0.0005,
        schedule="one-cycle",
        warm_up=0.1,
        augmentation=0.8,
        weight_average=0.98,
        measure_gap=False,
        seed=0,
    )


def start(
    snapshot: Snapshot,
    digits: LabelledSet,
    train: TrainSpec | None = None,
    *,
    share: float = SHARE,
    fold: int | None = 0,
    name: str | None = None,
) -> Run:
    """Fork a run and train the copy on a set of digits, mixed with MNIST's training images.

    `fold` is the part of the set that is held out, None: none of it. The digits are copied into
    the run. The default name is made from the parent's. Raises as `launcher.fork` does, and
    `DataError` when there are too few digits.
    """
    parts = fine_tune_set.split(digits, fold)
    own = fine_tune_set.described(parts, digits, share, fold)
    if name is None:
        name = metadata.numbered_name(f"{snapshot.run.name[:40]}-my-digits", registry.taken_names())
    train = train or settings(snapshot.run.spec.train)
    return start_from(snapshot, train, name, own, parts)
