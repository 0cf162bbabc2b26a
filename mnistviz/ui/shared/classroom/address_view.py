"""The address of the class: a line for visitors, with a QR code for the teacher's projector."""

import streamlit as st

from mnistviz.classroom.network import picture_code
from mnistviz.core import storage
from mnistviz.texts import _
from mnistviz.ui.shared.classroom import visitor
from mnistviz.ui.shared.classroom.address import class_address

SMALL, LARGE = 132, 480


def show_address() -> None:
    """Show where others open this class, and for the teacher a large view of it.

    Nothing for a person alone.
    """
    if not storage.is_class():
        return
    address = class_address()
    if not visitor.is_teacher():
        st.caption(_("The address of this class: `{address}`").format(address=address))
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="address"):
        st.image(
            picture_code(address),
            width=SMALL,
            alt=_("QR code of {address}").format(address=address),
        )
        with st.container(gap="small"):
            st.markdown(_("**Your class opens this address**"))
            st.code(address, language=None)
            large = st.button(_("Show it large"), icon=":material/fullscreen:")
    if large:
        _large(address)


@st.dialog(_("Open this on your device"), width="large")
def _large(address: str) -> None:
    with st.container(horizontal_alignment="center"):
        st.title(address, anchor=False, width="content", text_alignment="center")
        st.image(
            picture_code(address),
            width=LARGE,
            alt=_("QR code of {address}").format(address=address),
        )
