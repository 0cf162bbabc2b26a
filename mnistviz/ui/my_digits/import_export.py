"""A person's digits out of and into files, and the deleted ones."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import gallery_figure
from mnistviz.digits import data_set_formats, my_digits, my_digits_zip
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import Digit
from mnistviz.ui.my_digits.gallery import restore, run_action
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.page_width import page_width

UPLOAD = "my_digits_upload"
SHOWN_DELETED = 60


def export_and_import(mine: Sequence[Digit]) -> None:
    """One button to take the digits along, one to bring others in."""
    with st.container(horizontal=True):
        if mine:
            st.download_button(
                "Export",
                data=lambda: _packed(mine),
                file_name="my-digits.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                help="A zip: pictures and labels as an npz in MNIST's layout, strokes and answers "
                "as JSON. Evaluate takes it as a data set.",
            )
        with st.popover("Import", icon=":material/upload:"):
            key = renewable_key(UPLOAD)
            st.file_uploader(
                "An export of digits, or any labelled set",
                type=list(data_set_formats.UPLOAD_TYPES),
                accept_multiple_files=True,
                key=key,
                on_change=_import,
                args=(key,),
                help=f"{data_set_formats.UPLOAD_HELP}. Checked whole before anything is kept.",
            )
            st.caption(
                f"Up to {my_digits.MAX_DIGITS:,} digits. IDX files come in pairs: choose images "
                "and labels together. What is here already stays as it is."
            )


def _packed(mine: Sequence[Digit]) -> io.BytesIO:
    target = io.BytesIO()
    my_digits_zip.export(target, mine)
    target.seek(0)
    return target


def _import(key: str) -> None:
    files = st.session_state.get(key) or []
    if not files:
        return
    run_action(
        lambda: (
            my_digits_zip.import_uploads([(file.name, file.getvalue()) for file in files]).summary
        )
    )
    renew(UPLOAD)


def _remove(ids: Sequence[str]) -> None:
    def remove() -> str:
        for digit_id in ids:
            my_digits.delete_permanently(digit_id)
        return f"{len(ids):,} removed for good."

    run_action(remove)


def deleted_and_damaged() -> None:
    """The digits that are in no list, with the way back."""
    gone = my_digits.deleted_digits()
    if gone:
        ids = [digit.id for digit in gone]
        with st.expander(f"Deleted: {len(gone):,}", icon=":material/delete:"):
            few = gone[-SHOWN_DELETED:]
            show(
                gallery_figure(
                    to_input(np.stack([digit.image for digit in few])),
                    [f"a {digit.label}" for digit in few],
                    [digit.id for digit in few],
                    columns=12,
                    width=round(min(480, page_width()) * min(1, len(few) / 12)),
                ),
                "my_digits_deleted",
                f"The last {len(few)} digits that you deleted",
            )
            with st.container(horizontal=True):
                st.button(
                    f"Restore all {len(gone):,}" if len(gone) > 1 else "Restore it",
                    icon=":material/undo:",
                    on_click=restore,
                    args=(ids,),
                )
                with st.popover("Remove for good", icon=":material/delete_forever:"):
                    st.markdown(f"This takes {len(gone):,} off the disk. There is no way back.")
                    st.button("Yes, remove", type="primary", on_click=_remove, args=(ids,))
    if damaged := my_digits.damaged_files():
        names = ", ".join(file.name for file in damaged[:10])
        st.warning(
            f"{len(damaged):,} files in {my_digits.folder()} can't be read and are left alone: "
            f"{names}"
        )
