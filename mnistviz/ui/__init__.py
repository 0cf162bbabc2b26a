"""Streamlit: cached networks and results, shared state and widgets, and parts of each page."""
