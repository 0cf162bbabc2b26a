"""The terms of the dashboard and their explanations."""
