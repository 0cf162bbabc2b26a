"""Digits that were drawn by hand for the tests: strokes on a canvas of 280 × 280 pixels."""

import json
from pathlib import Path

Stroke = list[list[float]]

HAND_MADE: dict[str, list[Stroke]] = json.loads(
    Path(__file__).with_name("hand_made.json").read_text(encoding="utf-8")
)
