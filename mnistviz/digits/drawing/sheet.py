"""Find the sheet in a photo that shows the table around it: a sheet of paper, a sticky note."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull

from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.digits.drawing.paper import reduced, resized

# The sheet is looked for in a copy of this size, in which strokes thinner than this are removed.
SIDE, STROKE = 96, 9
# From the sheet to the table, a colour changes by this over two pixels, and in all by that.
MIN_STEP, MIN_CONTRAST = 0.06, 0.1
# The share of the photo that the sheet covers, and the share of its convex hull that is found.
AREA, MIN_CONVEX = (0.06, 0.97), 0.93
# A smaller photo shows a digit or two, and the paper in the loop of a digit would be a sheet.
MIN_SIDE = 200
# Beyond this share of the sheet's outline is the table; the rest is the photo's edge.
MIN_OUTLINE = 0.45
# The table is looked at in a band of so many pixels around the sheet.
BAND = 4
# The rim of a sheet may be curled or in shadow: so many pixels are omitted.
RIM = 2
# This share of a sheet has its colour, and something is written on it, in so many pixels that
# differ from it by the contrast above. A filled loop of chalk has not its colour, a broad stroke is
# empty.
MIN_SHARE, MIN_WRITTEN = 0.75, 3
# At most this share of what is around a sheet is like it: beyond a loop of ink there is more paper.
MAX_ALIKE = 0.2
# A shadow is darker than the paper around it by the same factor in all colours, about.
SHADE_DEVIATION = 0.06


@dataclass(frozen=True)
class Sheet:
    """A sheet `mask` `(h, w)` in a photo, and the photo's colours `(h, w, 3)` without a table.

    `box` is (left, top, right, bottom) of the mask. Beyond the sheet, `colours` are those of its
    nearest point.
    """

    mask: BoolArray
    colours: FloatArray
    box: tuple[int, int, int, int]


def sheet_of(colours: FloatArray) -> Sheet | None:
    """Return the sheet in a photo `(h, w, 3)` in [0, 1]: an even convex region, and no shadow.

    None where the paper fills the photo, or the sheet can't be told from what is around it.
    """
    height, width = colours.shape[:2]
    if min(height, width) < MIN_SIDE:
        return None
    small = reduced(colours, SIDE)
    # Closing removes dark strokes from light paper, opening light strokes from dark paper.
    ways = (ndimage.grey_closing, ndimage.grey_opening)
    regions = [region for way in ways for region in _regions(small, _without_strokes(small, way))]
    if not regions:
        return None
    region = max(regions, key=lambda region: int(region.sum()))
    inner = ndimage.binary_erosion(region, iterations=RIM, border_value=1)
    scaled = resized(inner.astype(np.float32), (width, height), Image.Resampling.BILINEAR)
    mask: BoolArray = scaled > 0.5
    rows, columns = np.nonzero(mask)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    y, x = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return Sheet(mask, colours[y, x], box)


def _without_strokes(colours: FloatArray, way: Callable[..., FloatArray]) -> FloatArray:
    """The colours `(h, w, 3)` without strokes and single pixels."""
    padded = np.pad(colours, ((STROKE, STROKE), (STROKE, STROKE), (0, 0)), mode="edge")
    clean = way(padded, (STROKE, STROKE, 1))[STROKE:-STROKE, STROKE:-STROKE]
    smooth: FloatArray = ndimage.median_filter(clean, (3, 3, 1))
    return smooth


def _regions(colours: FloatArray, clean: FloatArray) -> list[BoolArray]:
    """The sheets `(h, w)` among the even regions of `clean`, `colours` without strokes."""
    padded = np.pad(clean, ((1, 1), (1, 1), (0, 0)), mode="edge")
    down = np.abs(padded[2:, 1:-1] - padded[:-2, 1:-1]).max(axis=-1)
    across = np.abs(padded[1:-1, 2:] - padded[1:-1, :-2]).max(axis=-1)
    labels, number = ndimage.label(np.maximum(down, across) < MIN_STEP)
    sizes = np.bincount(labels.ravel(), minlength=1) / labels.size
    found = []
    for label in range(1, number + 1):
        # The step to the table takes some pixels of the sheet.
        if sizes[label] >= AREA[0] / 2:
            region = ndimage.binary_dilation(ndimage.binary_fill_holes(labels == label))
            hull = _convex_hull(region)
            if region.sum() >= MIN_CONVEX * hull.sum() and _is_sheet(hull, colours, clean):
                found.append(hull)
    return found


def _is_sheet(region: BoolArray, colours: FloatArray, clean: FloatArray) -> bool:
    if not AREA[0] <= region.mean() <= AREA[1]:
        return False
    if not ndimage.binary_erosion(region, iterations=STROKE, border_value=1).any():
        return False  # a stroke
    inside = ndimage.binary_erosion(region)
    rim, edge = region & ~inside, region & ~ndimage.binary_erosion(region, border_value=1)
    if edge.sum() < MIN_OUTLINE * rim.sum():
        return False
    band = ndimage.binary_dilation(region, iterations=BAND) & ~ndimage.binary_dilation(region)
    # Of the colours as they are: without light strokes, the line of a frame would be a table.
    paper, table = np.median(colours[region], axis=0), np.median(colours[band], axis=0)
    if np.abs(paper - table).max() < MIN_CONTRAST or _is_shade(paper, table):
        return False
    away, to_table = (np.abs(colours - each).max(axis=-1) for each in (paper, table))
    is_alike = away < to_table
    if is_alike[region].mean() < MIN_SHARE or is_alike[~region].mean() > MAX_ALIKE:
        return False
    deep = ndimage.binary_erosion(region, iterations=2 * RIM, border_value=1)
    different = np.abs(colours - clean).max(axis=-1) > MIN_CONTRAST
    return int((different & deep).sum()) >= MIN_WRITTEN


def _is_shade(paper: FloatArray, table: FloatArray) -> bool:
    share = paper / np.maximum(table, 1e-3)
    return bool(share.max() < 1 and np.ptp(share) < SHADE_DEVIATION)


def _convex_hull(region: BoolArray) -> BoolArray:
    """The pixels of the convex hull of a region: what is written across its edge is in it."""
    points = np.argwhere(region)
    if (np.ptp(points, axis=0) < 2).any():
        return region
    outline = points[ConvexHull(points).vertices]
    picture = Image.new("1", region.shape[::-1])
    ImageDraw.Draw(picture).polygon([(int(x), int(y)) for y, x in outline], fill=1, outline=1)
    return np.asarray(picture)
