"""Make `mnistviz/assets/glyphs.npz`: `python -m tools.handwriting_glyphs FOLDER`.

FOLDER has handwriting fonts as .woff or .ttf files, searched below. The file gets small pictures of
their letters and signs, which the digit detector learns to refuse, and of their digits.
"""

import argparse
import string
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.arrays import BoolArray
from tools.stroke_shapes import CHARACTERS

GLYPHS_FILE = ASSETS / "glyphs.npz"
# The longer side of a glyph's ink, and of its picture, in pixels.
INK_SIDE, SIDE = 84, 96
FONT_SIZE = 160
CREDIT = (
    "Letters, signs and digits of the handwriting fonts Annie Use Your Telescope, Architects "
    "Daughter, Caveat, Cedarville Cursive, Covered By Your Grace, Gloria Hallelujah, Gochi Hand, "
    "Handlee, Homemade Apple, Indie Flower, Kalam, Nanum Pen Script, Patrick Hand, Reenie Beanie, "
    "Rock Salt, Schoolbell and Shadows Into Light, under the SIL Open Font License 1.1 or the "
    "Apache License 2.0, rendered by Pillow"
)


def make(folder: Path, target: Path) -> int:
    """Write the asset; return the number of glyphs in it."""
    files = sorted(file for kind in ("woff", "ttf") for file in folder.rglob(f"*.{kind}"))
    pictures, characters = [], []
    for file in files:
        font = ImageFont.truetype(file, FONT_SIZE)
        for character in CHARACTERS + string.digits:
            picture = _picture(font, character)
            if picture is not None:
                pictures.append(picture)
                characters.append(character)
    np.savez_compressed(
        target,
        bits=np.packbits(np.stack(pictures), axis=2),
        characters=np.array(characters),
        credit=np.array(CREDIT),
    )
    return len(pictures)


def _picture(font: ImageFont.FreeTypeFont, character: str) -> BoolArray | None:
    """The ink of a character `(96, 96)`, None if the font has none."""
    left, top, right, bottom = font.getbbox(character)
    if right <= left or bottom <= top:
        return None
    sheet = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(sheet).text((-left, -top), character, fill=255, font=font)
    scale = INK_SIDE / max(sheet.size)
    sheet = sheet.resize([max(1, round(length * scale)) for length in sheet.size])
    picture = Image.new("L", (SIDE, SIDE))
    picture.paste(sheet, ((SIDE - sheet.width) // 2, (SIDE - sheet.height) // 2))
    ink: BoolArray = np.asarray(picture) > 127
    return ink if ink.any() else None


def read() -> tuple[BoolArray, np.ndarray]:
    """The glyphs' ink `(n, 96, 96)`, and the character of each."""
    with np.load(GLYPHS_FILE, allow_pickle=False) as arrays:
        return np.unpackbits(arrays["bits"], axis=2).astype(bool), arrays["characters"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make mnistviz/assets/glyphs.npz.")
    parser.add_argument("folder", type=Path, help="handwriting fonts, searched below")
    number = make(parser.parse_args().folder, GLYPHS_FILE)
    print(f"{GLYPHS_FILE}: {number:,} glyphs")


if __name__ == "__main__":
    main()
