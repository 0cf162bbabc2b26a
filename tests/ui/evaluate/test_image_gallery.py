"""The texts of the images in a gallery."""

from mnistviz.digits.mnist import load_mnist
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import caption, describe_image
from tests.helpers.answers import made_answers

MINE, THEIRS = made_answers([4, 7], [4, 1]), made_answers([4, 7], [9, 7])
OTHER = ("mine", "theirs", THEIRS)


def test_a_caption_has_the_answer_only_if_it_is_wrong() -> None:
    assert [caption(MINE, number) for number in range(2)] == ["4", "7 → 1"]
    assert [caption(MINE, number, OTHER) for number in range(2)] == ["4: 4 | 9", "7: 1 | 7"]


def test_an_image_is_described_with_the_answers_to_it() -> None:
    assert describe_image(MINE, 1) == "image 1: a 7, read as 1 (90.0%)"
    assert describe_image(MINE, 1, OTHER) == (
        "image 1: a 7<br>mine: 1 (90.0%)<br>theirs: 7 (90.0%)"
    )


def test_sets_are_named_and_counted() -> None:
    assert evaluated_set.describe_set(MINE.data) == "2 images of mine"
    assert evaluated_set.describe_set(made_answers([1], [1]).data) == "1 image of mine"
    assert evaluated_set.describe_set(evaluated_set.test_set(None)) == "10,000 test images"
    assert evaluated_set.item_of(evaluated_set.test_set(None)) == "test image"


def test_the_digest_of_a_set_is_that_of_its_images() -> None:
    same = made_answers([1, 2], [1, 2], "another name").data
    assert evaluated_set.digest(same) == evaluated_set.digest(MINE.data)
    assert evaluated_set.digest(evaluated_set.test_set(None)) != evaluated_set.digest(MINE.data)
    assert evaluated_set.is_test_set(evaluated_set.test_set(None))
    assert evaluated_set.test_set(None).images is load_mnist().x_test
