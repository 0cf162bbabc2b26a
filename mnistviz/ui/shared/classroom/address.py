"""The address of the class, for the others: text, and where this page's own host serves."""

import os
from urllib.parse import urlsplit

import streamlit as st

from mnistviz.ui.shared.classroom.links import base_path

VARIABLE = "MNISTVIZ_ADDRESS"


def origin() -> str:
    """Scheme, host and port by which others reach this server, such as `http://192.168.1.5:8501`.

    It is the environment's `MNISTVIZ_ADDRESS`, which the command `classroom` sets, where this page
    was opened as localhost; else what stands in this browser's address.
    """
    found = urlsplit(st.context.url or "")
    told = urlsplit(os.environ.get(VARIABLE, ""))
    if told.netloc and found.hostname in (None, "localhost", "127.0.0.1", "::1"):
        found = told
    return f"{found.scheme}://{found.netloc}"


def class_address() -> str:
    """The whole address of the dashboard for visitors of this class."""
    return f"{origin()}{base_path()}/"
