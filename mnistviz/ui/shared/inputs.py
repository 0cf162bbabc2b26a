"""Widgets with the settings that pages have in common, and what was clicked on a chart."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlencode

import streamlit as st
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _

Option = TypeVar("Option")


def button(
    label: str, icon: str, action: Callable[..., None], *arguments: Any, **settings: Any
) -> None:
    """Show a button that calls `action` with the arguments.

    `icon` is the name of a Material symbol, `settings` are further ones of `st.button`.
    """
    st.button(label, icon=f":material/{icon}:", on_click=action, args=arguments, **settings)


def pick(
    label: str,
    options: Mapping[Option, str] | Sequence[Option],
    key: str,
    default: Option | None = None,
    **settings: Any,
) -> Option:
    """Let a person choose one of `options`; return the one that is chosen.

    A mapping gives each option a text, a sequence shows the options as they are. At first
    `default` is chosen, or else the first option. `settings` are passed to
    `st.segmented_control`.
    """
    texts = options if isinstance(options, Mapping) else {option: str(option) for option in options}
    chosen = st.segmented_control(
        label,
        list(texts),
        default=next(iter(texts)) if default is None else default,
        format_func=texts.__getitem__,
        key=key,
        required=True,
        **settings,
    )
    return cast(Option, chosen)


def metric_with_note(
    label: str,
    value: str,
    note: str,
    colour: Literal["off", "normal", "orange"] = "off",
    **options: Any,
) -> None:
    """Show a value with a note below it, where `st.metric` has the change of the value.

    `options` are further arguments of `st.metric`, which has a border here unless they say no.
    """
    options = {"border": True, **options}
    st.metric(label, value, note, delta_color=colour, delta_arrow="off", **options)


def pick_other_runs(
    label: str,
    snapshot: Snapshot,
    *,
    most: int,
    key: str,
    first: Sequence[str] = (),
    **options: Any,
) -> list[Snapshot]:
    """Let a person choose runs besides that of `snapshot`; return the last snapshot of each.

    `most` is the largest number of runs, `first` are the ids of those chosen at first, where they
    exist. `options` are further arguments of `st.multiselect`.
    """
    others = {run.id: run for run in registry.list_runs() if run.id != snapshot.run.id}
    chosen = st.multiselect(
        label,
        list(others),
        default=[run_id for run_id in first if run_id in others],
        format_func=lambda run_id: others[run_id].name if run_id in others else run_id,
        max_selections=most,
        key=key,
        **options,
    )
    return snapshots.latest_snapshots(others[run_id] for run_id in chosen)


def clicked_point(key: str) -> Any:
    """Return the `customdata` of the point that was clicked on the chart `key`, or None."""
    chart = st.session_state.get(key)
    points = chart.selection.points if chart else []
    return points[0].get("customdata") if points else None


def are_uploads_refused() -> bool:
    """Return whether the server would refuse an upload of this visitor's browser.

    In a frame of another site, browsers withhold the cookie that Streamlit demands for an upload.
    """
    # Tests without a browser have no headers.
    return bool(
        st.context.headers
        and st.get_option("server.enableXsrfProtection")
        and XSRF_COOKIE_NAME not in st.context.cookies
    )


def show_uploads_refused() -> None:
    """Say why no file can be chosen here, with a link to the page in a tab of its own."""
    query = urlencode(st.query_params.to_dict())
    address = f"{st.context.url}?{query}" if query else st.context.url
    st.info(
        _(
            "This page lies in a frame of another site, from which browsers let no file through. "
            "[Open it in a tab of its own]({address}): there you can choose files."
        ).format(address=address)
    )
