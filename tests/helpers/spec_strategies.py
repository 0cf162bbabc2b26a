"""Strategies of Hypothesis for specs."""

from hypothesis import assume
from hypothesis import strategies as st

from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_network
from mnistviz.core.train_spec import TrainSpec

plans = st.tuples(*[st.integers(1, 64)] * 3)


_windows = st.sampled_from(["", "S2", "same", "S2same"])
_activations = st.sampled_from(["", "", ":tanh", ":sigmoid", ":none"])
_layers = st.one_of(
    st.builds("{}C{}{}{}".format, st.integers(1, 6), st.integers(1, 5), _windows, _activations),
    st.builds("DW{}{}{}".format, st.integers(1, 5), _windows, _activations),
    st.builds("{}{}{}".format, st.sampled_from(["MP", "AP"]), st.integers(1, 4), _windows),
    st.sampled_from(["BN", "BN", "D0.1"]),
)
_ends = st.sampled_from(["GAP-10FC", "F-10FC", "F-7FC-BN-10FC", "10C1-GAP", "F-5FC:tanh-D0.5-10FC"])


@st.composite
def networks(draw: st.DrawFn) -> ModelSpec:
    """Networks of any layers. Those whose windows do not fit are drawn again."""
    text = "-".join([*draw(st.lists(_layers, max_size=6)), draw(_ends)])
    try:
        return ModelSpec(network=parse_network(text))
    except SpecError:
        assume(False)
        raise


models = st.builds(
    ModelSpec, channels=plans, batch_norm=st.booleans(), dropout=st.sampled_from([0, 0.1, 0.9])
)


@st.composite
def trainings(draw: st.DrawFn) -> TrainSpec:
    held_out = draw(st.integers(0, 30_000))
    num_images = draw(st.integers(100, 60_000 - held_out))
    return TrainSpec(
        epochs=draw(st.integers(1, 200)),
        batch_size=draw(st.integers(8, min(1024, num_images))),
        learning_rate=draw(st.floats(1e-6, 0.1)),
        decay=draw(st.floats(0, 10)),
        num_images=num_images,
        held_out=held_out,
        seed=draw(st.integers(0, 2**31 - 1)),
    )
