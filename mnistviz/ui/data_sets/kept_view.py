"""The data sets that were kept: what is in each, and the way to training and away."""

import streamlit as st

from mnistviz.charts.digit_images import class_balance_figure, named_images_figure
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.data_set import SPLITS, DataSetInfo
from mnistviz.digits.mnist import to_input, watched_digits
from mnistviz.runs import registry
from mnistviz.texts import _
from mnistviz.ui.data_sets.import_view import KEPT_LAST
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.compat import switch_page
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import TRAIN
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.train.settings_form import fill_in_data

CHOSEN = "data_chosen"
NUM_SHOWN = 60


def show_kept() -> None:
    """Show the chosen one of the data sets that were kept."""
    known = {about.id: about for about in library.all_sets()}
    if not known:
        st.info(_("You have kept no data set yet."), icon=":material/dataset:")
        return
    if (last := st.session_state.pop(KEPT_LAST, None)) in known:
        st.session_state[CHOSEN] = last
        st.success(
            _("**{name}** is kept. *Train on it*, below, fills in the form on *Train*.").format(
                name=known[last].name
            ),
            icon=":material/check:",
        )
    if st.session_state.get(CHOSEN) not in known:
        st.session_state[CHOSEN] = next(iter(known))
    chosen = st.selectbox(
        _("Data set"), list(known), format_func=lambda one: known[one].name, key=CHOSEN
    )
    _show_one(known[chosen])


def _show_one(about: DataSetInfo) -> None:
    parts = ", ".join(f"{about.num_images(split):,} {split}" for split in SPLITS)
    explained(
        _("**{name}**: {images} of {count} classes ({parts}).").format(
            name=about.name,
            images=count_of(about.num_images(), "image"),
            count=len(about.class_names),
            parts=parts,
        )
    )
    show(
        class_balance_figure(about.class_counts, about.class_names),
        "data_kept_balance",
        _("The number of images of each class in each part"),
    )
    data = library.load(about)
    images, labels = data.images["train"], data.labels["train"]
    numbers = watched_digits(labels, len(about.class_names))
    # Of many classes, one image of each.
    numbers = numbers[:: -(-len(numbers) // NUM_SHOWN)] if len(numbers) else numbers
    show(
        named_images_figure(
            to_input(images[numbers]),
            [about.class_names[label] for label in labels[numbers]],
            5 if is_narrow() else 10,
            page_width(),
        ),
        "data_kept_images",
        _("{count} images of all classes").format(count=len(numbers)),
    )
    for sentence in (*about.notes, about.split_rule, *_odd(about)):
        explained_caption(sentence)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train on it"), icon=TRAIN.icon, type="primary"):
            fill_in_data(about.name)
            switch_page(TRAIN)
        with st.popover(_("Delete"), icon=":material/delete:"):
            users = [run.name for run in registry.runs_on(about.sha256)]
            if users:
                explained(
                    _("Trained on it: {users}. Without it, these runs can't be shown.").format(
                        users=", ".join(users[:5])
                    )
                )
            explained(_("It can be imported again from its files."))
            button(_("Delete {name}").format(name=about.name), "delete", _delete, about)


def _odd(about: DataSetInfo) -> list[str]:
    """Sentences on what was left out, found twice, and constant."""
    sentences = [
        _("Left out: {count:,} × {what}.").format(count=count, what=what)
        for what, count in about.left_out
    ]
    sentences += [
        _("{count:,} images of {where}, too, to the pixel.").format(
            count=count, where=where.replace(" in ", " are in ")
        )
        for where, count in about.duplicates.items()
        if count
    ]
    if about.constant:
        sentences.append(_("{count:,} images are of one value.").format(count=about.constant))
    return sentences


def _delete(about: DataSetInfo) -> None:
    flash.run(state.DATA_MESSAGE, lambda: library.delete(about))
