"""The shares of a kernel's energy, against kernels whose kind is plain to see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.inspection.kernels.kernel_kinds import BASIS, KINDS
from mnistviz.runs import snapshots
from mnistviz.runs.registry import BUNDLED_HOME, open_run
from mnistviz.runs.snapshots import latest_snapshot

PATTERNS = {
    "gradient": [[-1, 0, 1], [-np.sqrt(2), 0, np.sqrt(2)], [-1, 0, 1]],
    "line": [[0, 1, 0], [-1, 0, -1], [0, 1, 0]],
    "texture": [[1, -1, 1], [-1, 0, -1], [1, -1, 1]],
    "spot": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "average": [[2, 2, 2], [2, 2, 2], [2, 2, 2]],
}
kernels = arrays.arrays(
    np.float64,
    st.tuples(st.just(3), st.just(3), st.integers(1, 3), st.integers(1, 3)),
    elements=st.one_of(st.just(0.0), st.floats(1e-3, 10), st.floats(-10, -1e-3)),
)


def single(weights: object) -> np.ndarray:
    return np.array(weights, np.float32)[:, :, np.newaxis, np.newaxis]


def edge_towards(degrees: float) -> np.ndarray:
    """A ramp that gets brighter in one direction, y pointing down in the array."""
    y, x = np.mgrid[-1:2, -1:2]
    angle = np.radians(degrees)
    weights = np.where((x == 0) | (y == 0), np.sqrt(2), 1)
    return single((x * np.cos(angle) - y * np.sin(angle)) * weights)


def test_the_nine_patterns_are_orthonormal() -> None:
    flat = BASIS.reshape(9, 9)
    np.testing.assert_allclose(flat @ flat.T, np.eye(9), atol=1e-12)


def test_the_spot_and_the_checkerboard_span_frei_and_chen_s_laplacians() -> None:
    laplacians = [
        np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6,
        np.array([[-2, 1, -2], [1, 4, 1], [-2, 1, -2]]) / 6,
    ]
    for laplacian in laplacians:
        parts = np.einsum("pyx,yx->p", BASIS, laplacian)
        assert np.square(parts[[6, 7]]).sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pure_pattern_is_all_of_its_kind(kind: str) -> None:
    kernel = single(PATTERNS[kind])
    shares = dict(zip(KINDS, kernel_kinds.shares_of(kernel)[:, 0, 0], strict=True))
    assert shares[kind] == pytest.approx(1)
    assert kernel_kinds.kinds_of(kernel)[0, 0] == kind


@given(kernels)
def test_the_shares_of_any_kernel_add_up_to_1_or_are_all_0(kernel: np.ndarray) -> None:
    shares = kernel_kinds.shares_of(kernel)
    assert (shares >= 0).all()
    expected = kernel.any(axis=(0, 1)).astype(float)
    np.testing.assert_allclose(shares.sum(axis=0), expected, atol=1e-9)


def test_half_a_line_and_half_a_spot_is_of_neither_kind_by_more_than_half() -> None:
    third = sum(np.array(PATTERNS[kind]) / np.linalg.norm(PATTERNS[kind]) for kind in KINDS[:3])
    assert kernel_kinds.kinds_of(single(third))[0, 0] == "mixed"


def test_a_kernel_of_zeros_is_empty_not_nan() -> None:
    kernel = single(np.zeros((3, 3)))
    assert kernel_kinds.kinds_of(kernel)[0, 0] == "empty"
    assert not kernel_kinds.shares_of(kernel).any()
    assert not kernel_kinds.direction_shares(kernel).any()
    assert kernel_kinds.layer_kinds(kernel).counts["empty"] == 1


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 180, 270, 300])
def test_the_angle_is_where_it_gets_brighter(degrees: float) -> None:
    angles, strengths = kernel_kinds.gradients_of(edge_towards(degrees))
    assert angles[0, 0] == pytest.approx(degrees, abs=1e-4)
    assert strengths[0, 0] > 0
    sector = round(degrees / 45) % 8
    shares = kernel_kinds.direction_shares(edge_towards(degrees))
    assert shares.tolist() == [1.0 if number == sector else 0.0 for number in range(8)]


def test_directions_count_by_energy_and_name_what_is_lacking() -> None:
    kernel = np.concatenate([edge_towards(0), 2 * edge_towards(90)], axis=3)
    shares = kernel_kinds.direction_shares(kernel)
    assert shares[[0, 2]] == pytest.approx([0.2, 0.8])
    assert kernel_kinds.lacking(shares) == [
        name for name in kernel_kinds.DIRECTIONS if name not in ("right", "up")
    ]
    assert kernel_kinds.lacking(np.full(8, 1 / 8)) == []


def test_chance_is_what_random_kernels_have() -> None:
    generator = np.random.default_rng(0)
    random = generator.normal(size=(3, 3, 100, 200)).astype(np.float32)
    found = kernel_kinds.layer_kinds(random)
    for kind in KINDS:
        assert found.shares[kind] == pytest.approx(found.chance[kind], abs=0.005)
        expected = found.total * kernel_kinds.majority_by_chance(kernel_kinds.NUM_PATTERNS[kind])
        assert found.counts[kind] == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert found.both == pytest.approx(found.both_by_chance, abs=4 * found.deviation)
    assert sum(found.counts.values()) == found.total == 20_000


def test_the_verdict_knows_chance() -> None:
    def layer(both: int) -> kernel_kinds.LayerKinds:
        return kernel_kinds.LayerKinds({}, {}, {}, 100, both, 60.0, 4.0)

    start = (
        "The student who made this network saw mostly edges and textures. Here {} of 100 kernels "
        "have at least half of their strength in gradients and textures, of random kernels 60 ± 4: "
    )
    for both, end in {
        69: "the claim **holds**, and these kernels were learned.",
        65: "random kernels would give **about the same**.",
        51: "random kernels would have **more**.",
        50: "the claim does **not** hold for this layer.",
    }.items():
        assert kernel_kinds.verdict(layer(both)) == start.format(both) + end


def test_the_reference_network_turned_texture_into_gradients_and_averages() -> None:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    weights = snapshots.read(latest_snapshot(run))
    for name in ("conv2", "conv3", "conv5", "conv6"):
        found = kernel_kinds.layer_kinds(weights[name]["kernel"])
        assert found.shares["gradient"] > found.chance["gradient"]
        assert found.shares["texture"] < found.chance["texture"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("conv3", "Compared with random kernels, this layer has much **"),
        ("conv4", "Kernels of 1×1 see no pattern. They only mix channels: "),
        ("conv8", "Of the strength of these kernels, "),
    ],
)
def test_each_size_of_kernel_has_its_sentence(name: str, start: str) -> None:
    run = open_run(BUNDLED_HOME / "reference", bundled=True)
    weights = snapshots.read(latest_snapshot(run))
    assert kernel_kinds.sentence(weights[name]["kernel"]).startswith(start)
    assert kernel_kinds.sentence(np.zeros_like(weights[name]["kernel"]))


def test_half_of_the_energy_of_1x1_kernels_is_counted_from_the_strongest() -> None:
    kernel = np.array([3, -1, 1, 1, 1, 1], np.float32).reshape(1, 1, 2, 3)
    assert "83% of the weights are positive, and the strongest 1 of 6 have half" in (
        kernel_kinds.sentence(kernel)
    )


@pytest.mark.parametrize(
    ("angle", "side"),
    [(0, "on the right"), (100, "at the top"), (341, "on the right"), (270, "at the bottom")],
)
def test_an_edge_is_brighter_where_its_gradient_points(angle: float, side: str) -> None:
    assert kernel_kinds.brighter_side(angle) == side
