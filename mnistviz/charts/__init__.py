"""Charts: arrays and rows in, a Plotly figure out. No files, no models, no Streamlit."""

# Plotly asks `sys.modules` for pandas while it checks what a figure is given. Another visitor's
# page may be importing pandas at that moment, and Plotly would find half of it: so all of it first.
import pandas as pd  # noqa: F401
