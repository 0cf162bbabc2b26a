"""Charts: arrays and rows in, a Plotly figure out. No models and no Streamlit."""

# Before any other module here makes a figure: see its first workaround.
import mnistviz.charts.compat  # noqa: F401
