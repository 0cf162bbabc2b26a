"""How many channels: what a plan costs, what it reaches, and a verdict by rule."""

import shlex

import streamlit as st

from mnistviz.core.thresholds import TWIN_CORRELATION
from mnistviz.studies import study_directory
from mnistviz.texts import _
from mnistviz.ui.channels import (
    ablation_view,
    cost_table,
    coverage_view,
    evidence_view,
    study_form,
    study_view,
)
from mnistviz.ui.channels.study_texts import (
    EQUIVALENCE_INTERVAL,
    INTERVAL,
    MOST,
    short_answer,
    used_sentence,
    verdict_paragraph,
)
from mnistviz.ui.shared.sidebar import chosen_run, chosen_snapshot, no_snapshot_yet
from mnistviz.ui.shared.texts import count_of, describe, explanation
from mnistviz.ui.shared.words.explained import explained

run = chosen_run()
snapshot = chosen_snapshot()
studies = study_directory.list_studies()
study = study_view.choose_study(studies) if studies else None

explained(_("**Is 10 → 15 → 20 the right number of channels, or would 8 → 16 → 32 do better?**"))
if study is not None and (sentences := short_answer(study)):
    explained("\n".join(f"{number}. {text}" for number, text in enumerate(sentences, 1)))
    study_view.show_all_widths(study)
    with st.expander(_("How sure is that?"), icon=":material/balance:"):
        for text in (verdict_paragraph(study), used_sentence(study)):
            explained(text)
        study_view.show_widths(study)
        explained(
            _(
                "The second and the third width of a plan are those of block two as well, the "
                "first is not. The rule of the verdicts was set before any training; it stands at "
                "the end of this page."
            )
        )
wide, both_wide = cost_table.price_of((16, 32))
built, both_built = cost_table.price_of((15, 20))
explained(
    _(
        "**Where 10/15/20 comes from.** A student began with layers of 8, 16 and 32 channels and "
        "found 32 too expensive: a layer from 16 to 32 channels has **{wide:,}** parameters, "
        "{both_wide:,} in both blocks. From pictures of the kernels, 20 channels seemed enough, "
        "and a layer from 15 to 20 has **{built:,}**, {both_built:,} in both. (The student's text "
        "says 5/15/20, the network printed with it has **10/15/20**.) Below, it is measured "
        "whether 20 are enough."
    ).format(wide=wide, both_wide=both_wide, built=built, both_built=both_built)
)

st.header(_("What a plan costs"))
cost_table.show_ledger(cost_table.choose_plans())

if study is None:
    st.header(_("What it reaches"))
    st.info(_("No study has been trained yet. Start one below."))
else:
    spec = study.spec
    st.header(_("What it reaches"))
    explained(
        _(
            "Each plan is trained with the same seeds ({seeds}), the same images in the same "
            "order, by the recipe `{recipe}` over {epochs}. The test set is read once, after the "
            "last."
        ).format(
            seeds=", ".join(map(str, spec.seeds)),
            recipe=spec.recipe,
            epochs=count_of(spec.epochs, "epoch"),
        )
    )
    # A place of its own, so that the forms below stay, with what is being typed in them.
    with st.container():
        study_form.show_progress(study)
    study_view.show_duel(study)
    st.header(_("What accuracy costs"))
    study_view.show_costs(study)
    st.header(_("How much of the channels is used"))
    study_view.show_uses(study)
    st.subheader(_("Which patterns the kernels cover"))
    coverage_view.show_coverage(study, run, snapshot)

st.header(_("One network, channel by channel"))
has_channels = bool(run.spec.model.relu_convolutions)
if snapshot is None:
    no_snapshot_yet(run)
elif not has_channels:
    st.info(
        _(
            "{name} has no convolution but the one that gives the scores, so it has no channels "
            "to compare. Choose another run in the sidebar."
        ).format(name=run.name)
    )
else:
    explained(
        _(
            "From here on it is about {snapshot}: the run and the snapshot that are chosen in the "
            "sidebar. Do its channels repeat each other?"
        ).format(snapshot=describe(snapshot))
    )
    statistics = evidence_view.need_statistics(snapshot)
    if statistics:
        uses = evidence_view.uses_of(statistics)
        evidence_view.show_layers(run, uses)
    layer = evidence_view.choose_layer(run)
    if statistics:
        evidence_view.show_correlations(snapshot, layer, statistics[layer])
    st.subheader(_("What it can do without in {layer}").format(layer=layer))
    replacement = ablation_view.choose_replacement()
    ablation = ablation_view.need_ablation(snapshot, layer, replacement)
    if ablation is not None:
        ablation_view.show_ablation(snapshot, ablation)
    if statistics:
        st.subheader(_("The evidence for each channel of {layer}").format(layer=layer))
        by_mean = ablation_view.stored_ablation(snapshot, layer, "mean")
        evidence_view.show_card(layer, statistics[layer], uses[layer], by_mean)

if study is not None:
    with st.expander(_("The command that makes these numbers again"), icon=":material/terminal:"):
        st.code(study.command, language="sh")
        if snapshot is not None and has_channels:
            explained(_("And those of {name}, channel by channel:").format(name=run.name))
            name = shlex.quote(run.name)
            st.code(
                _("python -m mnistviz evidence {name} --layer {layer} --images 10000").format(
                    name=name, layer=layer
                ),
                language="sh",
            )

st.header(_("A study of your own"))
study_form.start_form()
explanation(
    [
        _(
            "A **channel** is one question that a layer asks of every place of the picture. More "
            "channels can ask more questions, and each costs parameters and time."
        ),
        _(
            "Trained twice with different **seeds**, the same network ends a little better or "
            "worse. A single pair of trainings therefore says little. Here both plans are trained "
            "with the same seeds and the differences are taken seed by seed, so that what the "
            "seed does to both cancels out."
        ),
        _(
            "The **verdict** follows a rule that was set before. Two plans are equivalent if the "
            "{equivalence_interval} interval of the mean difference lies within the margin. One "
            "is better if the {interval} interval leaves out zero, corrected after Holm for "
            "looking at several pairs. Else they can't be told apart, and it says how many seeds "
            "would do."
        ).format(equivalence_interval=EQUIVALENCE_INTERVAL, interval=INTERVAL),
        _(
            "**Channels that repeat each other**: the values of a layer's channels after the ReLU "
            "are turned. Then the first direction varies most, the second most of what is left, "
            "and so on. If {most} of the variance lies in half as many directions as there are "
            "channels, the other half adds next to nothing of its own. A **dead** channel is 0 "
            "everywhere; **near-twins** have a correlation of at least {twin_correlation:g}."
        ).format(most=MOST, twin_correlation=TWIN_CORRELATION),
        _(
            "**Which patterns kernels cover**: a 3×3 kernel that has at least half of its energy "
            "in edges, in lines or in textures looks mainly for one of them. With few channels "
            "some directions have no kernel at all."
        ),
        _(
            "**Switched off**: a channel is replaced by its own mean, so that it no longer tells "
            "anything. What the network then reads wrong is what the channel was good for by "
            "itself. Often little is lost, because others stand in: that is why channels are also "
            "switched off ever more at a time. **Training on** for a moment lets the rest take "
            "over."
        ),
        _(
            "**Multiply-accumulates** count the arithmetic for one image: every weight of a "
            "convolution is used once at every place."
        ),
    ]
)
