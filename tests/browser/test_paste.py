"""A picture that is pasted on the Draw page, and the camera over plain http."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from mnistviz.digits.drawing.strokes import Strokes, render
from tests.helpers.browser import PATIENCE, settle
from tests.helpers.hand_made_strokes import HAND_MADE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASTE = """encoded => {
  const bytes = Uint8Array.from(atob(encoded), character => character.charCodeAt(0))
  const data = new DataTransfer()
  data.items.add(new File([bytes], "image.png", { type: "image/png" }))
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
  )
}"""


def test_a_pasted_picture_is_read(page: Page) -> None:
    lines = tuple(np.array(line, np.float32) for line in HAND_MADE["4"])
    file = io.BytesIO()
    levels = 255 - (render(Strokes(280, 280, 12, lines)) * 255).astype(np.uint8)
    Image.fromarray(levels).save(file, "PNG")
    page.goto("/draw")
    page.get_by_role("radio", name="Photo or file").click(timeout=PATIENCE)
    page.get_by_test_id("stFileUploaderDropzoneInput").wait_for(state="attached", timeout=PATIENCE)
    settle(page)
    page.evaluate(PASTE, base64.b64encode(file.getvalue()).decode())
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("4", timeout=PATIENCE)
