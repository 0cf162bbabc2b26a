"""What speaks for each channel of a network: `evidence`."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mnistviz.cli.options import AsJson, RunArgument
from mnistviz.cli.output import print_json
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.inspection import (
    REPLACEMENTS,
    ChannelEvidence,
    LayerAblation,
    LayerRedundancy,
)
from mnistviz.inspection.channels import channel_results_files
from mnistviz.runs import snapshots

IMAGES = (channel_results_files.FIRST_IMAGES, NUM_TEST_IMAGES)


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
    ] = channel_results_files.FIRST_IMAGES,
    as_json: AsJson = False,
) -> None:
    """Which channels of a run are needed: keep, twin of another, or dead, with the numbers.

    What takes long is kept on disk, for the page and for the next time.
    """
    snapshot = snapshots.find(run)
    names = [one.name for one in snapshot.run.spec.model.convolutions if one.relu]
    layers = layer or ["conv3"]
    for name in layers:
        if name not in names:
            raise SpecError(f"layer: expected one of {', '.join(names)}, got {name!r}")
    replacement = next((one for one in REPLACEMENTS if one == off), None)
    if replacement is None:
        raise SpecError(f"off: expected one of {', '.join(REPLACEMENTS)}, got {off!r}")
    if images not in IMAGES:
        raise SpecError(f"images: expected 2000 or 10000, got {images}")
    snapshots.read(snapshot)

    from mnistviz.inspection.channels.evidence import evidence_of
    from mnistviz.inspection.channels.redundancy import use_of

    moments = channel_results_files.read_moments(snapshot)
    if not moments:
        from mnistviz.inspection.channels.channel_results import find_moments

        with typer.progressbar(length=1000, label="channels", file=sys.stderr) as bar:
            moments = find_moments(snapshot, _tell(bar))
    values = []
    for name in layers:
        ablation = channel_results_files.read_ablation(snapshot, name, replacement, images)
        if ablation is None:
            from mnistviz.inspection.channels.channel_results import find_ablation

            with typer.progressbar(length=1000, label=name, file=sys.stderr) as bar:
                ablation = find_ablation(
                    snapshot,
                    name,
                    replacement,
                    images,
                    _tell(bar),
                )
        cards = evidence_of(moments[name], ablation)
        use = use_of(name, moments[name])
        values.append(as_value(use, ablation, cards))
        if not as_json:
            _print(use, ablation, cards)
    if as_json:
        print_json({"run": run, "layers": values})


def _tell(bar: Any) -> Callable[[float], None]:
    return lambda done: bar.update(round(bar.length * done) - bar.pos)


def as_value(
    use: LayerRedundancy, ablation: LayerAblation, cards: Sequence[ChannelEvidence]
) -> dict[str, object]:
    """A layer's evidence as one JSON value."""
    return {
        **asdict(use),
        "off": ablation.replacement,
        "images": ablation.images,
        "accuracy": float(ablation.least_first[0]),
        "needed": ablation.needed(MARGIN),
        "evidence": [asdict(one) for one in cards],
    }


def _print(use: LayerRedundancy, ablation: LayerAblation, cards: Sequence[ChannelEvidence]) -> None:
    print(
        f"{use.layer}: {use.needed_99} of {use.channels} channels carry 99 % of the variance, "
        f"{use.needed_95} carry 95 %, effective rank {use.effective_rank:.1f}; "
        f"{ablation.needed(MARGIN)} are enough to stay within {100 * MARGIN:.2f} points of "
        f"{ablation.least_first[0]:.2%} ({ablation.images:,} images, off: {ablation.replacement})"
    )
    print("channel  verdict          alone costs       r  with  active")
    for one in cards:
        verdict = one.verdict if one.twin_of is None else f"{one.verdict} of #{one.twin_of}"
        drop = "" if one.drop is None else f"{100 * one.drop:+.2f}"
        alike = "" if one.correlation is None else f"{one.correlation:+.3f}  {one.alike:>4}"
        print(f"{one.channel:>7}  {verdict:16}{drop:>12}  {alike:>12}  {one.active:>6.1%}")
