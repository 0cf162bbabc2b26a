"""Bands of quantiles of each layer over a training."""

from mnistviz.charts.training.distributions import distributions_figure

START = tuple(float(value) for value in range(-4, 5))
END = tuple(3 * value for value in START)


def test_each_layer_has_its_bands_and_its_median() -> None:
    layers = {"conv1": [START, END], "conv2": [END, START], "conv3": [START, START]}
    figure = distributions_figure(layers, [0.0, 2.0], columns=2)
    assert [note.text for note in figure.layout.annotations] == ["conv1", "conv2", "conv3"]
    assert len(figure.data) == 3 * 4
    widest, _, narrowest, median = figure.data[4:8]
    # There and back: above the later half of the area, below the earlier one.
    assert list(widest.x) == [0, 2, 2, 0]
    assert list(widest.y) == [9, 3, -3, -9]
    assert list(narrowest.y) == [3, 1, -1, -3]
    assert list(median.y) == [0, 0]
    assert widest.opacity < narrowest.opacity
    assert {trace.yaxis for trace in figure.data[8:]} == {"y3"}
