"""Hostile and broken picture files: an error message and little memory, never a traceback."""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing.pictures import read_picture
from tests.helpers.drawings import encoded

# The most memory that reading a picture may take.
MOST_MEGABYTES = 300

# Reads each file in turn and prints the results and the peak growth of the process.
SCRIPT = """
import json, re, sys
from pathlib import Path
from mnistviz.digits.drawing.pictures import read_picture
from mnistviz.core.errors import DrawingError
from PIL import Image
Image.init()

def peak_memory():
    # Not ru_maxrss: a process inherits its parent's value.
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1))

before = peak_memory()
results = {}
for file in map(Path, sys.argv[1:]):
    try:
        results[file.name] = list(read_picture(file.read_bytes()).shape)
    except DrawingError as error:
        results[file.name] = str(error)
print(json.dumps({"results": results, "megabytes": (peak_memory() - before) / 1024}))
"""


def png(width: int, height: int, colour: int = 6, pixels: bytes = b"") -> bytes:
    """A PNG with any size in its header; its pixels are zlib data."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def sheet(mode: str, size: tuple[int, int] = (7_000, 7_000)) -> Image.Image:
    """A large sheet with a stroke on it, of 49 megapixels by default."""
    image = Image.new("L", size, 255)
    image.paste(0, (size[0] // 2, size[1] // 4, size[0] * 3 // 5, size[1] * 3 // 4))
    return image.convert(mode)


def run(folder: Path, files: dict[str, bytes]) -> tuple[dict[str, object], float]:
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *(str(folder / name) for name in files)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    output = json.loads(result.stdout)
    return output["results"], output["megabytes"]


def test_broken_and_huge_files_raise_errors_in_little_memory(tmp_path: Path) -> None:
    small = sheet("RGB", (300, 300))
    bomb = zlib.compress(bytes(60_000_000), 9)
    files = {
        "empty.png": b"",
        "text.jpg": b"not a picture at all",
        "header-only.png": png(100, 100),
        "huge.png": png(60_000, 60_000),
        "wide.png": png(2_000_000_000, 1),
        "bomb-in-a-small-one.png": png(10, 10, pixels=bomb),
        "bomb.png": png(100_000, 100_000, pixels=bomb),
        "truncated.png": encoded(small, "PNG")[:200],
        "truncated.jpg": encoded(small, "JPEG")[:400],
        "truncated.webp": encoded(small, "WEBP")[:60],
        "truncated.tif": encoded(small, "TIFF")[:5_000],
        "truncated.gif": encoded(small, "GIF")[:40],
        "truncated.bmp": encoded(small, "BMP")[:500],
        "huge.bmp": b"BM"
        + struct.pack("<IHHIIiiHH", 0, 0, 0, 54, 40, 90_000, 90_000, 1, 24)
        + bytes(24),
        "huge.gif": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0",
        "page.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "zeros.tif": bytes(1_000_000),
    }
    results, megabytes = run(tmp_path, files)
    read = {name for name, result in results.items() if not isinstance(result, str)}
    # Pillow reads only as much as a picture of 10 × 10 needs.
    assert read <= {"bomb-in-a-small-one.png"}
    for name in results.keys() - read:
        assert str(results[name]).startswith("expected a"), name
    assert megabytes < 150


def test_the_content_determines_the_format_not_the_name(tmp_path: Path) -> None:
    results, _ = run(tmp_path, {"photo.jpg": encoded(sheet("L", (300, 200)), "PNG")})
    assert results == {"photo.jpg": [200, 300]}


def test_webp_has_its_own_limit() -> None:
    raw = bytearray(encoded(Image.new("L", (16, 16)), "WEBP", lossless=True))
    start = raw.index(b"VP8L") + 9
    # Width - 1 and height - 1, 14 bits each.
    raw[start : start + 4] = (5_999 | 3_999 << 14 | raw[start + 3] >> 4 << 28).to_bytes(4, "little")
    with pytest.raises(DrawingError) as caught:
        read_picture(bytes(raw))
    assert str(caught.value) == (
        "expected a picture of at most 20 megapixels as WebP, got 6,000 × 4,000 pixels; "
        "scale it down and try again"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("TIFF", "RGB"),
        ("GIF", "L"),
        ("WEBP", "RGB"),
    ],
)
def test_the_largest_pictures_take_less_than_300_megabytes(
    kind: str, mode: str, tmp_path: Path
) -> None:
    size = (4_400, 4_400) if kind == "WEBP" else (7_000, 7_000)
    image = sheet("L" if mode == "I;16" else mode, size)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    options = {"TIFF": {"compression": "tiff_lzw"}, "WEBP": {"quality": 50, "method": 0}}
    raw = encoded(image, kind, **options.get(kind, {}))
    assert len(raw) < 20_000_000
    del image
    results, megabytes = run(tmp_path, {"large": raw})
    assert megabytes > 5  # otherwise the measurement is broken
    (shape,) = results.values()
    assert isinstance(shape, list), shape
    assert 800 <= max(shape) <= 1_024
    assert megabytes < MOST_MEGABYTES
