"""Overview: what this is, a digit in all layers, the data, and the tables for engineers."""

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import registry
from mnistviz.texts import _
from mnistviz.ui.overview.data_view import show_data
from mnistviz.ui.overview.network_view import show_network
from mnistviz.ui.overview.results_view import show_numbers, show_reference, show_speed_and_accuracy
from mnistviz.ui.overview.welcome import show_all_pages, show_flow, show_welcome
from mnistviz.ui.shared.classroom.address_view import show_address
from mnistviz.ui.shared.sidebar import chosen_run, chosen_snapshot, no_snapshot_yet
from mnistviz.ui.shared.training import run_logs

reference = registry.find_run("reference")
rows = run_logs.metrics(reference)
last = [row for row in rows if row.split == "validation"][-1]
published = run_logs.published_log()[-1]
model = ModelSpec()
snapshot = chosen_snapshot()

show_address()
show_welcome(model)
if snapshot is None:
    no_snapshot_yet(chosen_run())
else:
    show_flow(snapshot)
show_all_pages()
show_data()
st.header(_("For engineers"))
show_numbers(model, last, published)
show_network(model)
show_reference(reference, rows, last, published)
show_speed_and_accuracy()
