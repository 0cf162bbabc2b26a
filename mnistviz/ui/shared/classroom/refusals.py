"""Messages in place of what the teacher has switched off."""

import streamlit as st

from mnistviz.core import storage
from mnistviz.core.room import limits, rules
from mnistviz.core.room.rules import Action
from mnistviz.texts import _


def is_refused(action: Action) -> bool:
    """Whether the teacher has switched this off for this visitor; if so, say so."""
    if rules.is_allowed(action):
        return False
    st.info(rules.refusal(action), icon=":material/lock:")
    return True


def show_upload_limits() -> None:
    """Say below an upload how much a class takes: the browser only marks a refused file red."""
    if storage.is_class():
        st.caption(
            _(
                "In this class: files of up to {max_upload_megabytes} MB, {max_uploads} files and "
                "{max_uploaded_bytes} MB a minute. A file beyond that turns red: take a smaller "
                "one, or wait a minute."
            ).format(
                max_upload_megabytes=limits.MAX_UPLOAD_MEGABYTES,
                max_uploads=limits.MAX_UPLOADS,
                max_uploaded_bytes=limits.MAX_UPLOADED_BYTES // 2**20,
            )
        )
