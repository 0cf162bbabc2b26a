"""Strategies of Hypothesis for specs."""

from hypothesis import strategies as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec

plans = st.tuples(*[st.integers(1, 64)] * 3)


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
