"""What kernels cover: planted patterns are found, and nothing else."""

import numpy as np
import pytest

from mnistviz.core.types.inspection import PATTERN_KINDS, PATTERNS
from mnistviz.inspection.kernels.coverage import coverage_of
from mnistviz.inspection.kernels.kernel_kinds import BASIS

# The brighter side of an edge, and a bright line, as pictures.
EDGES = {
    "→": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "↑": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
    "↖": [[2, 1, 0], [1, 0, -1], [0, -1, -2]],
    "↓": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
}
LINES = {
    "|": [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
    "/": [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
    "–": [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
    "\\": [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
}


def kernel_of(*pictures: object) -> np.ndarray:
    """One input, a channel for each picture."""
    return np.stack([np.array(one, np.float32) for one in pictures], axis=-1)[:, :, np.newaxis]


@pytest.mark.parametrize(("pattern", "picture"), [*EDGES.items(), *LINES.items()])
def test_a_picture_of_a_pattern_covers_that_pattern_alone(pattern: str, picture: object) -> None:
    found = coverage_of("conv1", kernel_of(picture))
    place = PATTERNS.index(pattern)
    assert found.shares[place] == pytest.approx(1)
    if pattern in EDGES:
        assert [place for place, held in enumerate(found.holders) if held] == [place]


def test_textures_are_told_apart() -> None:
    found = coverage_of("conv2", kernel_of(*BASIS[4:7], BASIS[6]))
    assert found.channels == 4
    assert found.holders == (*[0] * 12, 1, 1, 2)
    assert found.shares[12:] == pytest.approx((0.25, 0.25, 0.5))


def test_a_channel_counts_once_however_many_of_its_kernels_look_for_a_pattern() -> None:
    up, right = np.array(EDGES["↑"], np.float32), np.array(EDGES["→"], np.float32)
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[:, :, 0, 0] = kernel[:, :, 1, 0] = up
    kernel[:, :, 2, 0] = kernel[:, :, 0, 1] = right
    found = coverage_of("conv3", kernel)
    assert found.holders[PATTERNS.index("↑")] == 1
    assert found.holders[PATTERNS.index("→")] == 2
    assert sum(found.holders) == 3


def test_what_is_of_no_kind_or_nothing_covers_nothing() -> None:
    found = coverage_of("conv1", kernel_of(np.ones((3, 3)), np.zeros((3, 3))))
    assert sum(found.holders) == 0
    assert sum(found.shares) == pytest.approx(0)


def test_every_pattern_has_a_kind() -> None:
    assert len(PATTERNS) == len(PATTERN_KINDS) == 15
