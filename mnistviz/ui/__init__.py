"""Streamlit: cached loaders, names of the state that pages share, shared widgets."""
