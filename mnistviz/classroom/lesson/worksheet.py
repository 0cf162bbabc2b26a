"""A convolution to compute with a pencil: part of a real image, a real kernel, in round numbers.

The page has no resources of others; browsers print it on two sheets, the second with the answers.
"""

from dataclasses import dataclass
from html import escape

import numpy as np

from mnistviz.core.types.arrays import IntArray
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import snapshots

RUN, LAYER, CHANNEL, IMAGE = "best", "conv1", 3, 0
# The part of the image: the end of the upper bar of the first 7.
TOP, LEFT, SIZE = 7, 17, 5
# Ink from 0 to 3, and the largest number of the kernel: small enough for mental arithmetic.
MOST_INK, MOST_WEIGHT = 3, 5


@dataclass(frozen=True)
class Exercise:
    """The numbers of the worksheet.

    `ink` is (5, 5) in [0, 3], `kernel` (3, 3) in [-5, 5], `sums` (3, 3), and `after_relu` (3, 3)
    without the negative ones; all int.
    """

    ink: IntArray
    kernel: IntArray
    sums: IntArray
    after_relu: IntArray


def exercise() -> Exercise:
    """Return the numbers: those of the network and the image, scaled and rounded."""
    weights = snapshots.read(snapshots.find(RUN))[LAYER]["kernel"][:, :, 0, CHANNEL]
    kernel = np.rint(weights * (MOST_WEIGHT / np.abs(weights).max())).astype(int)
    image = load_mnist().x_test[IMAGE, TOP : TOP + SIZE, LEFT : LEFT + SIZE]
    ink = np.rint(image * (MOST_INK / 255)).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(ink, kernel.shape)
    sums = (windows * kernel).sum(axis=(2, 3))
    return Exercise(ink, kernel, sums, np.maximum(sums, 0))


def first_sum(numbers: Exercise) -> str:
    """Return the sum of the first place, written out."""
    window = numbers.ink[:3, :3]
    products = (
        f"{ink}·{weight}" if weight >= 0 else f"{ink}·(−{-weight})"
        for ink, weight in zip(window.flat, numbers.kernel.flat, strict=True)
    )
    return f"{' + '.join(products)} = {_number(int(numbers.sums[0, 0]))}"


def as_html() -> str:
    """Return the worksheet as a page that prints well."""
    numbers = exercise()
    empty = [[""] * 3 for _ in range(3)]
    begun = [[_number(int(numbers.sums[0, 0])), "", ""], *empty[1:]]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A convolution with a pencil</title>
<style>
body {{ font: 12pt/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; }}
.row {{ display: flex; flex-wrap: wrap; gap: 2.5rem; align-items: flex-start; }}
table {{ border-collapse: collapse; }}
caption {{ text-align: left; font-weight: 600; padding-bottom: 0.3rem; }}
td {{ border: 1px solid #555; width: 2.6rem; height: 2.6rem; text-align: center; }}
.wide td {{ width: 4rem; height: 4rem; }}
.answers {{ break-before: page; }}
@media print {{ body {{ margin: 0; }} }}
</style>
</head>
<body>
<h1>A convolution with a pencil</h1>
<p>Name: ______________________________</p>
<p>On the left is a part of a handwritten 7, the right end of its upper bar: 0 is paper,
{MOST_INK} is full ink. On the right is a kernel that a network has learned. Both are those of the
page <i>Microscope</i> ({RUN}, {LAYER}, channel {CHANNEL}, test image {IMAGE}, rows {TOP} to
{TOP + SIZE - 1}, columns {LEFT} to {LEFT + SIZE - 1}), in round numbers.</p>
<div class="row">
{_table("Ink", numbers.ink)}
{_table("Kernel", numbers.kernel)}
</div>
<ol>
<li>Shade the ink: the darker, the larger the number. Where does the stroke end?</li>
<li>Lay the kernel on the upper left 3×3 numbers. Multiply the numbers that lie on each other, and
add up the nine products: <br>{escape(first_sum(numbers))}</li>
<li>Move the kernel by one column and by one row, and fill in the other eight sums.</li>
<li>ReLU: write the sums again, with 0 for each negative one.</li>
<li>Guess, then look back at the kernel: what does it look for?</li>
</ol>
<div class="row">
{_table("Sums", begun, "wide")}
{_table("After ReLU", empty, "wide")}
</div>
<section class="answers">
<h2>Answers</h2>
<div class="row">
{_table("Sums", numbers.sums)}
{_table("After ReLU", numbers.after_relu)}
</div>
<p>The kernel looks for the lower edge of a stroke: ink above, paper below. The largest sum is
{_number(int(numbers.sums.max()))}, the smallest {_number(int(numbers.sums.min()))}. The network
adds a fixed number, the bias, to each sum before ReLU; here it is left out.</p>
</section>
</body>
</html>
"""


def _number(value: object) -> str:
    return str(value).replace("-", "−")


def _table(caption: str, rows: IntArray | list[list[str]], kind: str = "") -> str:
    values = [[_number(value) for value in row] for row in rows]
    lines = ["<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in values]
    return f'<table class="{kind}"><caption>{caption}</caption>\n' + "\n".join(lines) + "\n</table>"
