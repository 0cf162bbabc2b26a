"""The worksheet: its numbers are real, its answers right, and it needs nothing from elsewhere."""

import re

import numpy as np

from mnistviz.classroom.lesson import worksheet
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import snapshots


def test_the_numbers_are_those_of_the_network_and_the_image() -> None:
    numbers = worksheet.exercise()
    weights = snapshots.read(snapshots.find("best"))["conv1"]["kernel"][:, :, 0, 3]
    assert np.corrcoef(weights.ravel(), numbers.kernel.ravel())[0, 1] > 0.98
    patch = load_mnist().x_test[0, 7:12, 17:22]
    assert np.corrcoef(patch.ravel(), numbers.ink.ravel())[0, 1] > 0.98
    assert numbers.ink.max() <= worksheet.MOST_INK
    assert np.abs(numbers.kernel).max() == worksheet.MOST_WEIGHT


def test_the_answers_are_right() -> None:
    numbers = worksheet.exercise()
    for row in range(3):
        for column in range(3):
            products = [
                int(numbers.ink[row + i, column + j]) * int(numbers.kernel[i, j])
                for i in range(3)
                for j in range(3)
            ]
            assert numbers.sums[row, column] == sum(products)
            assert numbers.after_relu[row, column] == max(0, sum(products))


def test_the_first_sum_is_written_out() -> None:
    left, _, right = worksheet.first_sum(worksheet.exercise()).partition(" = ")
    as_python = left.replace("·", "*").replace("−", "-")
    assert eval(as_python) == int(right.replace("−", "-"))  # noqa: S307
    assert as_python.count("*") == 9


def test_the_page_loads_nothing() -> None:
    assert not re.findall(r"(?:src|href)=|url\(|@import|<script", worksheet.as_html())
