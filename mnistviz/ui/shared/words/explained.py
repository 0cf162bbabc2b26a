"""Texts whose terms are explained."""

from typing import Any

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.shared.words.glossary import as_markdown, meanings_of


def explained(text: str, **settings: Any) -> None:
    """Show a text in Markdown; its help has the meanings of the terms that it uses.

    `settings` are further ones of `st.markdown`.
    """
    st.markdown(text, help=meanings_of(text), **settings)


def explained_caption(text: str, **settings: Any) -> None:
    """Show a text in small letters; its help has the meanings of the terms that it uses.

    `settings` are further ones of `st.caption`.
    """
    st.caption(text, help=meanings_of(text), **settings)


def show_glossary() -> None:
    """Show all terms and their meanings, in a closed box."""
    with st.expander(_("All terms, explained"), icon=":material/dictionary:"):
        st.markdown(as_markdown().partition("-->")[2])
