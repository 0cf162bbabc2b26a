"""Colours and layout that all charts share.

Colour means sign: warm is positive, blue negative, paper zero. Grey means
amount: black is none, white the most. Both read on a light and a dark page.
"""

import plotly.graph_objects as go

TRAINING = "#4c6ef5"
VALIDATION = "#e8590c"
PUBLISHED = "#868e96"
# The same list stands in .streamlit/config.toml, for Streamlit's own charts.
OTHERS = ("#2b8a3e", "#9c36b5", "#c2255c", "#0c8599", "#a07000")
CATEGORICAL = (TRAINING, VALIDATION, PUBLISHED, *OTHERS)

# The frame of what a person has chosen: on no colour scale, seen on white and on black.
CHOSEN = "#2f9e44"

SIGNED = [
    [0.0, "#1c4fa0"],
    [0.25, "#86abdd"],
    [0.5, "#f6f5f1"],
    [0.75, "#f0aa7c"],
    [1.0, "#b93a0a"],
]
AMOUNT = [[0.0, "#000000"], [1.0, "#ffffff"]]

MARGINS = {"l": 8, "r": 8, "t": 8, "b": 8}


def finish(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """Give a figure the shared layout: its height in pixels, tight margins, no drag zoom."""
    figure.update_layout(
        {
            "height": height,
            "margin": MARGINS,
            "dragmode": False,
            "showlegend": False,
            # Keeps what a person did to the axes when the data under them grow.
            "uirevision": "kept",
            **layout,
        }
    )
    return figure
