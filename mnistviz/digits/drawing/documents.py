"""Turn files of phones and scanners that Pillow does not read by itself into pictures."""

from PIL import Image

from mnistviz.core.errors import DrawingError

# The longer side of a page of a PDF, in pixels: a digit on a sheet of A4 has 100 and more.
PAGE_SIDE = 2_000


def is_pdf(raw: bytes) -> bool:
    """Return whether a file is a PDF: its head is within the first kilobyte."""
    return b"%PDF-" in raw[:1024]


def is_heif(raw: bytes) -> bool:
    """Return whether a file is a picture as iPhones store it (HEIC)."""
    return raw[4:8] == b"ftyp" and raw[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim")


def first_page(raw: bytes) -> Image.Image:
    """Return the first page of a PDF in colour. Raises `DrawingError` if it can't be read."""
    # Only now: it takes 0.03 s.
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(raw) as document:
            page = document[0]
            scale = PAGE_SIDE / max(1.0, *page.get_size())
            picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
            return picture
    # A page may have any size and content.
    except Exception as error:
        raise DrawingError(
            f"expected a PDF whose first page can be read, got one that can't be ({error}); "
            "save the page as PNG"
        ) from None


def register_heif() -> None:
    """Let Pillow open pictures as HEIF."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
