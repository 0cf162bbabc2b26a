"""Headings whose text changes while the page stays."""

import hashlib
from typing import Any

import streamlit as st


def changing_subheader(place: str, text: str, **options: Any) -> None:
    """Show a heading in a container of its own for each text, under a `place` unique on the page.

    A browser that translates a page keeps a heading that only changes, with its first text.
    `options` are further arguments of `st.subheader`.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    with st.container(key=f"{place}_heading_{digest}", width=options.get("width", "stretch")):
        st.subheader(text, **options)
