"""Export and import of a person's digits, and the deleted ones."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import gallery_figure
from mnistviz.core import storage
from mnistviz.digits import my_digits, my_digits_zip
from mnistviz.digits.data_sets.reading import EXPECTED
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import Digit
from mnistviz.texts import _
from mnistviz.ui.my_digits.gallery import COLUMNS, change_all, restore, run_action
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.classroom.refusals import is_refused, show_upload_limits
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.inputs import are_uploads_refused, show_uploads_refused
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.words.explained import explained, explained_caption

UPLOAD = "my_digits_upload"
MAX_SHOWN_DELETED = 60
DELETED_WIDTH = 480
MAX_NAMED_FILES = 10


def export_and_import(digits: Sequence[Digit]) -> None:
    """Show a button that exports the digits, where there are any, and one that imports others."""
    with st.container(horizontal=True):
        if digits and not is_refused("export"):
            st.download_button(
                _("Export"),
                data=storage.in_this_home(lambda: _zipped(digits)),
                file_name="my-digits.zip",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                help=_(
                    "A zip: pictures and labels as an npz in MNIST's layout, strokes and answers "
                    "as JSON. Evaluate takes it as a data set."
                ),
            )
        with st.popover(_("Import"), icon=":material/upload:"):
            if is_refused("import"):
                return
            if are_uploads_refused():
                show_uploads_refused()
                return
            key = renewable_key(UPLOAD)
            st.file_uploader(
                _("An export of digits, or any labelled set"),
                accept_multiple_files=True,
                key=key,
                on_change=_import,
                args=(key,),
                help=_(
                    "A zip of *Export*, or {expected}. Checked whole before anything is kept."
                ).format(expected=EXPECTED),
            )
            explained_caption(
                _(
                    "Up to {max_digits:,} digits. IDX files come in pairs: choose images and "
                    "labels together. What is here already stays as it is."
                ).format(max_digits=my_digits.MAX_DIGITS)
            )
            show_upload_limits()


def _zipped(digits: Sequence[Digit]) -> io.BytesIO:
    target = io.BytesIO()
    my_digits_zip.export(target, digits)
    target.seek(0)
    return target


def _import(key: str) -> None:
    if files := st.session_state.get(key):
        contents = [(file.name, file.getvalue()) for file in files]
        run_action(lambda: my_digits_zip.import_uploads(contents).summary)
        renew(UPLOAD)


def deleted_and_damaged() -> None:
    """Show the deleted digits, which can be restored, and the names of damaged files."""
    if deleted := my_digits.deleted_digits():
        with st.expander(
            _("Deleted: {count:,}").format(count=len(deleted)), icon=":material/delete:"
        ):
            _show_deleted(deleted)
    if damaged := my_digits.damaged_files():
        names = ", ".join(file.name for file in damaged[:MAX_NAMED_FILES])
        st.warning(
            _("{count:,} files in {folder} can't be read and are left alone: {names}").format(
                count=len(damaged), folder=my_digits.folder(), names=names
            )
        )


def _show_deleted(deleted: Sequence[Digit]) -> None:
    last = deleted[-MAX_SHOWN_DELETED:]
    show(
        gallery_figure(
            to_input(np.stack([digit.image for digit in last])),
            [my_digits.label_name(digit.label) for digit in last],
            [digit.id for digit in last],
            columns=COLUMNS,
            width=round(min(DELETED_WIDTH, page_width()) * min(1, len(last) / COLUMNS)),
        ),
        "my_digits_deleted",
        _("The last {count} digits that you deleted").format(count=len(last)),
    )
    ids = [digit.id for digit in deleted]
    with st.container(horizontal=True):
        label = (
            _("Restore all {count:,}").format(count=len(ids)) if len(ids) > 1 else _("Restore it")
        )
        st.button(label, icon=":material/undo:", on_click=restore, args=(ids,))
        with st.popover(_("Remove for good"), icon=":material/delete_forever:"):
            explained(
                _("This takes {count:,} off the disk. There is no way back.").format(count=len(ids))
            )
            message = _("{count:,} removed for good.").format(count=len(ids))
            arguments = (ids, my_digits.delete_permanently, message)
            st.button(_("Yes, remove"), type="primary", on_click=change_all, args=arguments)
