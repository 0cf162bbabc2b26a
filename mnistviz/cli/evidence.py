"""The evidence for keeping each channel of a network: `evidence`."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, TypeVar

import typer

from mnistviz.cli.options import AsJson, RunArgument, one_of
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.inspection import (
    REPLACEMENTS,
    ChannelEvidence,
    LayerAblation,
    LayerRedundancy,
)
from mnistviz.core.types.progress import Progress
from mnistviz.inspection.channels import channel_results
from mnistviz.runs import snapshots
from mnistviz.runs.result_cache import ResultCache
from mnistviz.runs.snapshots import Snapshot

T = TypeVar("T")

COLUMNS = (
    Column("channel", 7),
    Column("verdict", 16, left=True, gap=2),
    Column("alone costs", 12, "+.2f"),
    Column("r", 8, "+.3f"),
    Column("with", 6),
    Column("active", 8, ".1%"),
)
IMAGES = (channel_results.SUBSET_SIZE, NUM_TEST_IMAGES)


def evidence(
    run: RunArgument,
    layer: Annotated[
        list[str] | None, typer.Option(help="A convolution, once for each; default conv3.")
    ] = None,
    off: Annotated[
        str, typer.Option(help="What a channel that is off hands on: mean or zero.")
    ] = "mean",
    images: Annotated[
        int, typer.Option(help="Test images that channels are switched off on: 2000 or 10000.")
    ] = channel_results.SUBSET_SIZE,
    as_json: AsJson = False,
) -> None:
    """Say for each channel of a run: keep, twin of another, or dead, with the numbers.

    What takes long is kept on disk, for the page and for the next time.
    """
    snapshot = snapshots.find(run)
    convolutions = [each.name for each in snapshot.run.spec.model.convolutions if each.relu]
    layers = layer or ["conv3"]
    for name in layers:
        one_of("layer", name, convolutions)
    replacement = one_of("off", off, REPLACEMENTS)
    if images not in IMAGES:
        raise SpecError(f"images: expected 2000 or 10000, got {images}")
    snapshots.read(snapshot)

    from mnistviz.inspection.channels.evidence import evidence_of
    from mnistviz.inspection.channels.redundancy import use_of

    statistics = _stored_or_computed(
        channel_results.STATISTICS,
        snapshot,
        "channels",
        partial(channel_results.compute_statistics, snapshot),
    )
    values = []
    for name in layers:
        ablation = _stored_or_computed(
            channel_results.ablation_cache(name, replacement, images),
            snapshot,
            name,
            partial(channel_results.compute_ablation, snapshot, name, replacement, images),
        )
        cards = evidence_of(statistics[name], ablation)
        redundancy = use_of(name, statistics[name])
        values.append(as_value(redundancy, ablation, cards))
        if not as_json:
            _print(redundancy, ablation, cards)
    if as_json:
        print_json({"run": run, "layers": values})


def _stored_or_computed(
    cache: ResultCache[T], snapshot: Snapshot, label: str, compute: Callable[[Progress], T]
) -> T:
    """The stored result, or else computed now, with a progress bar. `compute` gets its update."""
    stored = cache.read(snapshot)
    if stored is not None:
        return stored
    with typer.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        return compute(lambda share: bar.update(round(1000 * share) - bar.pos))


def as_value(
    redundancy: LayerRedundancy, ablation: LayerAblation, cards: Sequence[ChannelEvidence]
) -> dict[str, object]:
    """The evidence of a layer as JSON."""
    return {
        **asdict(redundancy),
        "off": ablation.replacement,
        "images": ablation.images,
        "accuracy": float(ablation.least_first[0]),
        "needed": ablation.needed(MARGIN),
        "evidence": [asdict(card) for card in cards],
    }


def _print(
    redundancy: LayerRedundancy, ablation: LayerAblation, cards: Sequence[ChannelEvidence]
) -> None:
    print(
        f"{redundancy.layer}: {redundancy.needed_99} of {redundancy.channels} channels carry 99 % "
        f"of the variance, {redundancy.needed_95} carry 95 %, effective rank "
        f"{redundancy.effective_rank:.1f}; {ablation.needed(MARGIN)} are enough to stay within "
        f"{100 * MARGIN:.2f} points of {ablation.least_first[0]:.2%} ({ablation.images:,} images, "
        f"off: {ablation.replacement})"
    )
    print_table(COLUMNS, [_row(card) for card in cards])


def _row(card: ChannelEvidence) -> tuple[object, ...]:
    verdict = card.verdict if card.twin_of is None else f"{card.verdict} of #{card.twin_of}"
    drop = None if card.drop is None else 100 * card.drop
    alike = None if card.correlation is None else card.alike
    return card.channel, verdict, drop, card.correlation, alike, card.active
