"""The import of a data set: upload, what was noticed, samples, choices, keeping it."""

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import class_balance_figure, named_images_figure
from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets import library, reading
from mnistviz.digits.data_sets.data_set import SPLITS
from mnistviz.digits.data_sets.pixels import Fit
from mnistviz.digits.data_sets.reading import EXPECTED, Choices, Opened
from mnistviz.digits.mnist import to_input
from mnistviz.texts import _
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.classroom.refusals import is_refused, show_upload_limits
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.inputs import are_uploads_refused, button, pick, show_uploads_refused
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained, explained_caption

# The key of the session's state with the ids of the uploads and what was read from them.
OPENED = "data_opened"
UPLOADS = "data_uploads"
NAME, FIT = "data_name", "data_fit"
INVERTED, TRANSPOSED, CLASSES = "data_inverted", "data_transposed", "data_classes"
KEPT_LAST = "data_kept_last"

FITS: dict[Fit, str] = {"resize": _("Plain resize"), "centre": _("Fitted and centred, as MNIST")}
COLUMNS = 8


def show_import() -> None:
    """Let a person upload files; show what they hold, and the choices, before anything is kept."""
    if is_refused("import"):
        return
    if are_uploads_refused():
        show_uploads_refused()
        return
    uploads = st.file_uploader(
        _("Files of {expected}").format(expected=EXPECTED),
        accept_multiple_files=True,
        key=renewable_key(UPLOADS),
        help=_(
            "Also .gz, and all of them in a zip or tar. Choose files that belong together at "
            "once: images and labels, training and test part."
        ),
    )
    show_upload_limits()
    flash.show(state.DATA_MESSAGE)
    ids = tuple(upload.file_id for upload in uploads)
    if not ids:
        _forget()
        return
    if st.session_state.get(OPENED, (None,))[0] != ids:
        _forget()
        with st.spinner(_("Reading the files …")):
            files = [(upload.name, upload.getvalue()) for upload in uploads]
            opened = reading.open_uploads(files)
        st.session_state[OPENED] = (ids, opened)
        _set_choices(opened)
    _show_opened(st.session_state[OPENED][1])


def _forget() -> None:
    """Close what was read before: it may take 200 MB."""
    if (before := st.session_state.pop(OPENED, None)) is not None:
        before[1].close()


def _set_choices(opened: Opened) -> None:
    """Fill in the choices as they were noticed."""
    st.session_state[INVERTED] = opened.inverted
    st.session_state[TRANSPOSED] = opened.transposed
    st.session_state[CLASSES] = ", ".join(opened.classes.names)
    st.session_state[FIT] = "resize"


def _choices() -> Choices:
    names = tuple(one.strip() for one in st.session_state[CLASSES].split(",") if one.strip())
    fit: Fit = "centre" if st.session_state.get(FIT) == "centre" else "resize"
    return Choices(fit, st.session_state[INVERTED], st.session_state[TRANSPOSED], names)


def _show_opened(opened: Opened) -> None:
    count = sum(len(part) for part in opened.plain)
    explained(
        _(
            "**{images} of {count} classes**, not kept yet. Look at the samples: are they "
            "upright, light on dark, and are the names right?"
        ).format(images=count_of(count, "image"), count=len(opened.classes.names))
    )
    for note in opened.notes:
        st.info(note, icon=":material/auto_fix_high:")
    if opened.left_out:
        lines = "".join(f"\n- {count:,} × {what}" for what, count in opened.left_out)
        st.warning(_("Left out:{lines}").format(lines=lines), icon=":material/block:")
    with st.container(horizontal=True):
        st.toggle(
            _("Turn over"),
            key=INVERTED,
            help=_("For images that are dark on light: the network expects light on dark."),
        )
        st.toggle(
            _("Turn upright"),
            key=TRANSPOSED,
            help=_("Exchanges rows and columns, which EMNIST's files need."),
        )
    st.text_input(
        _("Names of the classes, with commas"),
        key=CLASSES,
        help=_("In the order of the labels: {labels}.").format(
            labels=", ".join(opened.classes.labels[:62])
        ),
    )
    num_given, num_classes = len(_choices().class_names), len(opened.classes.names)
    if num_given not in (0, num_classes):
        st.error(
            _("Expected {num_classes} names, one for each class, got {num_given}.").format(
                num_classes=num_classes, num_given=num_given
            )
        )
    _show_samples(opened)
    _show_balance(opened)
    _show_keep()


def _show_samples(opened: Opened) -> None:
    """40 samples in both ways to 28×28, side by side, and the choice between them."""
    choices = _choices()
    pick(_("How images become 28×28"), FITS, FIT)
    width = page_width() if is_narrow() else page_width() // 2 - 20
    for box, (fit, title) in zip(st.columns(2), FITS.items(), strict=True):
        with box:
            chosen = _(" (chosen)") if fit == choices.fit else ""
            explained(f"**{title}**{chosen}")
            tried = Choices(fit, choices.inverted, choices.transposed, choices.class_names)
            images, names = opened.samples(tried)
            show(
                named_images_figure(to_input(images), names, COLUMNS, width),
                f"data_samples_{fit}",
                _("{count} samples, {title}: {classes}").format(
                    count=len(names), title=title.lower(), classes=", ".join(dict.fromkeys(names))
                ),
            )


def _show_balance(opened: Opened) -> None:
    parts: dict[str, list[int]] = {
        part.part: np.bincount(
            opened.classes.ids[index][opened.chosen[index]], minlength=len(opened.classes.names)
        ).tolist()
        for index, part in enumerate(opened.raw.parts)
    }
    show(
        class_balance_figure(parts, opened.names_for(_choices())),
        "data_balance",
        _("The number of images of each class in each part of the files"),
    )
    missing = [part for part in SPLITS if part not in parts]
    if missing:
        explained_caption(
            _(
                "The files have no {missing} part: it is split off when the set is kept, a tenth "
                "of each class with a fixed seed."
            ).format(missing=_(" and no ").join(missing))
        )


def _show_keep() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Name of the data set"), key=NAME, placeholder=_("any name you like"))
        button(_("Keep it under this name"), "save", _keep, type="primary")


def _keep() -> None:
    """Keep what was read, from the button: the choices are what the inputs hold now."""

    def keep() -> None:
        found = st.session_state.get(OPENED)
        if found is None:
            raise DataError(_("data: expected files, got none; choose them again"))
        about = library.keep(found[1], _choices(), st.session_state[NAME])
        st.session_state[KEPT_LAST] = about.id
        st.session_state[NAME] = ""
        renew(UPLOADS)
        _forget()

    flash.run(state.DATA_MESSAGE, keep)
