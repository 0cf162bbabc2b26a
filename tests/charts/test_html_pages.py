"""HTML pages: escaped, complete without other files."""

import re
from html import unescape
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.html_pages import TEMPLATES, render_page


def test_page_has_escaped_sections_and_plotly_once() -> None:
    figure = go.Figure(go.Bar(y=[1, 2]))
    sections = [("one & two", "a < b", figure), ("three", "", figure)]
    html = render_page(TEMPLATES / "figures.html", "<b>", sections=sections)
    assert html.count("<h1>&lt;b&gt;</h1>") == html.count("<title>&lt;b&gt;</title>") == 1
    assert "<h2>one &amp; two</h2>\n<p>a &lt; b</p>" in html
    assert html.count("plotly.js v") == 1
    assert html.count('class="plotly-graph-div"') == 2
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", html)


def test_macros_write_tables_and_images(tmp_path: Path) -> None:
    template = tmp_path / "own.html"
    template.write_text(
        '{% extends "page.html" %}{% from "parts.html" import captioned_images, table %}'
        "{% block content %}{{ table(header, rows) }}{{ captioned_images(pairs) }}{% endblock %}"
    )
    images = np.zeros((2, 3, 3), np.uint8)
    html = render_page(
        template,
        "own",
        header=("", "<n>"),
        rows=[("a", 1), ("'b'", "<2>")],
        pairs=list(zip(images, ["first", "<second>"], strict=True)),
    )
    body = unescape(html[html.index("<h1>") :])
    assert "<th scope='col'></th><th scope='col'><n></th>" in body
    assert "<th scope='row'>a</th><td>1</td>" in body
    assert "<th scope='row'>'b'</th><td><2></td>" in body
    assert body.count("<img src='data:image/png;base64,iVBOR") == 2
    assert "alt='<second>'><figcaption><second></figcaption>" in body
    assert "<second>" not in html
