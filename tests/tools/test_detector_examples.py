"""The examples that the digit detector learns from: the bundled drawings, and other pens."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network import rejection
from mnistviz.network.rejection import DigitDetector
from tools import handwriting_glyphs, judge_examples, non_digit_drawings, train_digit_detector
from tools.train_digit_detector import FOLDS, fold_of


def test_the_asset_has_the_drawings_that_are_not_like_a_digit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(
        tmp_path / "strokes.npz",
        xy=np.arange(16, dtype=np.float32).reshape(8, 2) * 10.2,
        stroke_ptr=np.array([0, 2, 4, 6, 8]),
        sample_ptr=np.array([0, 1, 2, 4]),
        source=np.array(["quickdraw", "unipen", "quickdraw"]),
        lookalike=np.array([True, False, False]),
        name=np.array(["circle", "A", "cat"]),
    )
    monkeypatch.setattr(non_digit_drawings, "DRAWINGS_FILE", tmp_path / "made.npz")
    assert non_digit_drawings.make(tmp_path / "strokes.npz", tmp_path / "made.npz") == 1
    drawings, names = non_digit_drawings.read()
    assert list(names) == ["cat"]
    np.testing.assert_array_equal(drawings[0][0], [[82, 92], [102, 112]])
    assert len(drawings[0]) == 2


def test_the_bundled_drawings_and_glyphs_have_their_credit() -> None:
    for file, credit in (
        (non_digit_drawings.DRAWINGS_FILE, non_digit_drawings.CREDIT),
        (handwriting_glyphs.GLYPHS_FILE, handwriting_glyphs.CREDIT),
    ):
        with np.load(file) as arrays:
            assert str(arrays["credit"]) == credit


def test_each_name_is_in_one_fold() -> None:
    names = np.unique(non_digit_drawings.read()[1])
    folds = np.stack([fold_of(names, fold) for fold in range(len(FOLDS))])
    assert (folds.sum(axis=0) == 1).all()
    assert len(names) > 200


def test_other_pens_change_lines_and_keep_the_range() -> None:
    images = to_input(load_mnist().x_train[:400])
    drawn = judge_examples.with_other_pens(images, np.random.default_rng(0))
    assert drawn.dtype == np.float32
    assert drawn.min() == 0
    assert drawn.max() == pytest.approx(1)
    ink = drawn.sum(axis=(1, 2)) / images.sum(axis=(1, 2))
    assert (ink > 1.2).any()
    assert (ink < 0.8).any()
    assert 0.2 < (np.abs(drawn - images).max(axis=(1, 2)) < 0.01).mean() < 0.5


def test_a_training_goes_on_from_the_networks_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = rejection.bundled_detector().networks
    train_digit_detector.save(DigitDetector((first,), 0.0), tmp_path / "0.npz")
    trained: list[int] = []

    def train_network(_: object, seed: int) -> int:
        trained.append(seed)
        return seed

    monkeypatch.setattr(train_digit_detector, "train_network", train_network)
    monkeypatch.setattr(train_digit_detector, "weights_of", lambda _: second)
    for _ in range(2):
        found = train_digit_detector.train([], (0, 1), tmp_path)
        np.testing.assert_array_equal(found[0]["conv1"]["kernel"], first["conv1"]["kernel"])
        np.testing.assert_array_equal(found[1]["conv1"]["kernel"], second["conv1"]["kernel"])
    assert trained == [1]


def test_examples_that_are_kept_are_read(tmp_path: Path) -> None:
    sources = [*judge_examples.DIGIT_WEIGHTS, *judge_examples.NON_DIGIT_WEIGHTS]
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28)).astype(np.uint8)
    labels = np.array([3, 5], np.uint8)
    one = judge_examples.Examples(images, labels, np.array(["3", "5"]), 1.0)
    judge_examples.keep(dict.fromkeys(sources, one), tmp_path / "kept")
    found = judge_examples.examples(tmp_path / "kept")
    assert list(found) == sources
    np.testing.assert_array_equal(found["tablet"].images, images)
    assert list(found["tablet"].names) == ["3", "5"]
    assert sum(each.weight for each in found.values()) == pytest.approx(2)
