"""Arrays as the browser gets them."""

import base64

import numpy as np

from mnistviz.ui.shared.layer_views.arrays import array_as_text


def test_an_array_is_sent_row_by_row_as_little_endian_float32() -> None:
    values = np.arange(6, dtype=np.float64).reshape(3, 2).T
    text = array_as_text(values)
    assert text["shape"] == [2, 3]
    sent = np.frombuffer(base64.b64decode(text["values"]), "<f4")
    assert sent.tolist() == [0, 2, 4, 1, 3, 5]
