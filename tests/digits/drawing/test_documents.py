"""Photos of iPhones and pages of PDFs."""

import pytest
from PIL import Image

from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing.documents import first_page, is_heif, is_pdf, register_heif
from mnistviz.digits.drawing.pictures import read_picture
from tests.helpers.drawings import encoded

SHEET = Image.new("RGB", (300, 200), "white")
SHEET.paste("black", (140, 60, 150, 140))


def test_kinds_are_told_by_their_first_bytes() -> None:
    register_heif()
    heif, pdf, png = (encoded(SHEET, kind) for kind in ("HEIF", "PDF", "PNG"))
    assert [is_heif(raw) for raw in (heif, pdf, png)] == [True, False, False]
    assert [is_pdf(raw) for raw in (heif, pdf, png)] == [False, True, False]


def test_the_first_page_of_several_is_read() -> None:
    raw = encoded(SHEET, "PDF", save_all=True, append_images=[Image.new("RGB", (300, 200))])
    assert max(first_page(raw).size) == 2_000
    assert read_picture(raw).any()


@pytest.mark.parametrize("raw", [b"%PDF-1.7 and no more", b"\0\0\0\x18ftypheic damaged"])
def test_a_damaged_file_is_an_error(raw: bytes) -> None:
    with pytest.raises(DrawingError, match="expected a"):
        read_picture(raw)
