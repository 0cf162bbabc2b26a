"""The form that starts a new run from an epoch: the epochs it offers."""

from mnistviz.ui.train.fork_form import epoch_ends
from tests.helpers.made_runs import give_weights, small_run


def test_only_snapshots_at_the_end_of_an_epoch_are_offered() -> None:
    run = small_run()
    assert epoch_ends(run) == []
    give_weights(run, 0, 5, 10, 15, 20)
    assert epoch_ends(run) == [0, 10, 20]
