"""Drawn signs of a run with other classes than digits: gallery, score, and teaching a copy."""

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.digit_images import named_images_figure
from mnistviz.core import storage
from mnistviz.digits import signs
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import Digit
from mnistviz.evaluation import my_digits_scores
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.my_digits.fine_tuning import teach
from mnistviz.ui.my_digits.gallery import run_action
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.classroom.refusals import is_refused
from mnistviz.ui.shared.layer_views.supported_layers import own_classes_text
from mnistviz.ui.shared.page_registry import DRAW
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.texts import count_of, describe
from mnistviz.ui.shared.words.explained import explained, explained_caption

# Of more signs, the latest are shown.
MAX_SHOWN = 120
CHOSEN = "chosen_sign"


def show_signs(snapshot: Snapshot) -> None:
    """Show the signs that a person drew for the classes of a run, and what the run reads."""
    run, names = snapshot.run, snapshot.run.spec.class_names
    kept = signs.list_signs(names)
    explained_caption(
        _(
            "{own_classes} Signs of these classes are kept apart from digits. The judge of what "
            "is no digit knows digits only: nothing is refused here."
        ).format(own_classes=own_classes_text(run.spec))
    )
    if not kept:
        st.info(
            _(
                "You have kept no sign yet. Draw one on the **Draw** page; below the answer, say "
                "whether it was right or what it was."
            ),
            icon=":material/gesture:",
        )
        DRAW.link(_("Draw a sign"))
        return
    logits = my_digits_scores.answers(snapshot, kept)
    read = logits.argmax(axis=1)
    score = my_digits_scores.score(logits, kept)
    explained(
        _("**{signs}** of your own, read by {snapshot}. They stay on this machine.").format(
            signs=count_of(len(kept), "sign"), snapshot=describe(snapshot)
        )
        + (
            _(" Right: **{sentence}** (95 % interval).").format(sentence=score.sentence)
            if score
            else ""
        )
    )
    last = list(range(len(kept)))[-MAX_SHOWN:][::-1]
    show(
        named_images_figure(
            to_input(np.stack([kept[number].image for number in last])),
            [_title(kept[number], int(read[number]), names) for number in last],
            5 if is_narrow() else 10,
            page_width(),
        ),
        "my_signs",
        _("{signs} that you drew, each with its class and what was read").format(
            signs=count_of(len(last), "sign")
        ),
    )
    explained_caption(_("✗: read as another class."))
    _show_classes(kept, read, names)
    _show_change(kept, names)
    st.subheader(_("Teach"))
    teach(snapshot, signs.as_labelled_set(names))


def _title(sign: Digit, read: int, names: Sequence[str]) -> str:
    name = names[sign.label]
    return name if read == sign.label else f"✗ {name}"


def _show_classes(kept: Sequence[Digit], read: np.ndarray, names: Sequence[str]) -> None:
    labels = np.array([sign.label for sign in kept])
    counts = np.bincount(labels, minlength=len(names))
    right = np.bincount(labels[read == labels], minlength=len(names))
    drawn = counts > 0
    table = pd.DataFrame(
        {
            _("class"): np.array(names)[drawn],
            _("kept"): counts[drawn],
            _("read right"): right[drawn],
        }
    )
    st.dataframe(table, hide_index=True, height="content", width="content")


def _show_change(kept: Sequence[Digit], names: tuple[str, ...]) -> None:
    """Let a person change the class of a sign, delete it, and download all."""
    by_id = {sign.id: (number, sign) for number, sign in enumerate(kept, 1)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Change a sign"),
            list(by_id),
            index=None,
            placeholder=_("its number and class"),
            format_func=lambda one: f"{by_id[one][0]}: {names[by_id[one][1].label]}",
            key=CHOSEN,
        )
        if not is_refused("export"):
            st.download_button(
                _("Export"),
                data=storage.in_this_home(lambda: _as_npz(kept, names)),
                file_name="my-signs.npz",
                icon=":material/download:",
                on_click="ignore",
                help=_("An npz of images and labels. *Data sets* imports it."),
            )
    if chosen is None:
        return
    sign = by_id[chosen][1]
    key = f"sign_class_{sign.id}_{sign.label}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.image(sign.image, width=84)
        st.selectbox(
            _("It is"),
            range(len(names)),
            index=sign.label,
            format_func=lambda label: names[label],
            key=key,
            on_change=_change,
            args=(key, sign, names),
        )
        with st.popover("Delete", icon=":material/delete:"):
            explained(_("There is no way back."))
            st.button(_("Yes, delete it"), type="primary", on_click=_delete, args=(sign.id, names))


def _change(key: str, sign: Digit, names: tuple[str, ...]) -> None:
    label = st.session_state[key]
    run_action(
        lambda: _("It is {name} now.").format(
            name=names[signs.save(sign.image, label, names).label]
        )
    )


def _delete(sign_id: str, names: tuple[str, ...]) -> None:
    def delete() -> str:
        signs.delete(sign_id, names)
        return _("The sign is deleted.")

    run_action(delete)


def _as_npz(kept: Sequence[Digit], names: Sequence[str]) -> io.BytesIO:
    file = io.BytesIO()
    np.savez_compressed(
        file,
        images=np.stack([sign.image for sign in kept]),
        labels=np.array([names[sign.label] for sign in kept]),
    )
    file.seek(0)
    return file
