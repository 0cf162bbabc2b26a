"""Overview: what this is, the network, the reference run, the data."""

from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import registry
from mnistviz.ui.overview.data_view import show_data
from mnistviz.ui.overview.network_view import show_network
from mnistviz.ui.overview.results_view import show_reference, show_speed_and_accuracy
from mnistviz.ui.overview.welcome import show_welcome
from mnistviz.ui.shared import run_logs

reference = registry.find_run("reference")
rows = run_logs.metrics(reference)
last = [row for row in rows if row.split == "validation"][-1]
published = run_logs.published_log()[-1]
model = ModelSpec()

show_welcome(model, last, published)
show_network(model)
show_reference(reference, rows, last, published)
show_speed_and_accuracy()
show_data()
