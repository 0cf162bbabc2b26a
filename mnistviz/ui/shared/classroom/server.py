"""Class mode of the server: when it is on, and what `st.App` gets then."""

import os
import sys
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from mnistviz.classroom import mode, teacher
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.room import limits
from mnistviz.ui.shared.classroom import links
from mnistviz.ui.shared.classroom.middleware import ClassMiddleware
from mnistviz.ui.shared.classroom.visitor import find_home

PROTECTIONS = ("server.enableXsrfProtection", "server.enableCORS")


def options_or_exit() -> dict[str, Any]:
    """Return the result of `app_options`; where there is none, end the server with the reason."""
    try:
        return app_options()
    except ClassError as error:
        sys.exit(f"mnistviz: {error}")


def app_options() -> dict[str, Any]:
    """The arguments of `st.App` in class mode, which begins with this call; none for one person."""
    # They are set in the environment, too.
    secrets_singleton.load_if_toml_exists()
    told = os.environ.get(mode.VARIABLE, "")
    if mode.mode_of(told, st.get_option("server.address"), sys.argv[1:]) == "alone":
        return {}
    for option in PROTECTIONS:
        if not st.get_option(option):
            raise ClassError(
                f"{option}: expected true in class mode, got false; leave it out, or serve one "
                f"person with {mode.VARIABLE}=alone"
            )
    teacher.secret()
    config.set_option("server.maxUploadSize", limits.MAX_UPLOAD_MEGABYTES)
    storage.serve_class(find_home)
    return {"middleware": [Middleware(ClassMiddleware)], "routes": links.routes()}
