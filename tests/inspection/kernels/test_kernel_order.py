"""Orders are permutations that put like beside like; twins are the nearest in angle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.inspection.kernels.kernel_order import Order, most_similar_kernels, order_of


def random_kernel(size: int, inputs: int, outputs: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(size, size, inputs, outputs)).astype(np.float32)


@given(
    st.sampled_from(["index", "norm", "similarity"]),
    st.integers(1, 5),
    st.integers(1, 5),
    st.booleans(),
)
def test_every_channel_is_in_the_order_once(
    by: Order, inputs: int, outputs: int, zeros: bool
) -> None:
    kernel = random_kernel(3, inputs, outputs) * (0 if zeros else 1)
    rows, columns = order_of(kernel.astype(np.float32), by)
    assert sorted(rows.tolist()) == list(range(inputs))
    assert sorted(columns.tolist()) == list(range(outputs))


def test_by_norm_the_strongest_comes_first() -> None:
    kernel = np.ones((1, 1, 3, 4), np.float32) * np.array([2, -5, 3, 0])
    assert order_of(kernel, "norm")[1].tolist() == [1, 2, 0, 3]
    by_input = np.ones((1, 1, 3, 4), np.float32) * np.array([[1], [9], [5]])
    assert order_of(by_input, "norm")[0].tolist() == [1, 2, 0]


def test_by_similarity_channels_alike_but_for_their_strength_are_neighbours() -> None:
    first, second = random_kernel(3, 2, 2).transpose(3, 0, 1, 2)
    kernel = np.stack([first, second, 5 * first, 0.1 * second, 2 * first], axis=3)
    order = order_of(kernel.astype(np.float32), "similarity")[1].tolist()
    places = {channel: order.index(channel) for channel in order}
    assert max(places[c] for c in (0, 2, 4)) - min(places[c] for c in (0, 2, 4)) == 2
    assert abs(places[1] - places[3]) == 1


def test_the_nearest_twin_is_the_same_pattern_whatever_its_strength() -> None:
    kernel = random_kernel(3, 3, 4)
    kernel[:, :, 2, 1] = 0.25 * kernel[:, :, 0, 3]
    kernel[:, :, 1, 0] = -kernel[:, :, 0, 3]
    twins = most_similar_kernels(kernel, 0, 3, 11)
    assert (twins[0].input, twins[0].output) == (2, 1)
    assert twins[0].similarity == pytest.approx(1)
    assert (twins[-1].input, twins[-1].output) == (1, 0)
    assert twins[-1].similarity == pytest.approx(-1)
    assert len({(twin.input, twin.output) for twin in twins} - {(0, 3)}) == 11
    for twin in twins:
        a, b = (kernel[:, :, i, o].ravel() for i, o in ((0, 3), (twin.input, twin.output)))
        cosine = float(a @ b / np.sqrt((a @ a) * (b @ b)))
        assert twin.similarity == pytest.approx(cosine, abs=1e-6)


def test_twins_of_1x1_kernels_are_whole_output_channels() -> None:
    kernel = random_kernel(1, 6, 5)
    kernel[..., 4] = 3 * kernel[..., 1]
    twins = most_similar_kernels(kernel, 2, 1, 10)
    assert len(twins) == 4
    assert (twins[0].input, twins[0].output) == (2, 4)
    assert twins[0].similarity == pytest.approx(1)


def test_a_kernel_of_zeros_is_alike_to_none_and_the_only_one_has_no_twin() -> None:
    kernel = random_kernel(3, 1, 3)
    kernel[..., 0] = 0
    assert [twin.similarity for twin in most_similar_kernels(kernel, 0, 0, 5)] == [0, 0]
    assert most_similar_kernels(random_kernel(3, 1, 1), 0, 0, 5) == []
