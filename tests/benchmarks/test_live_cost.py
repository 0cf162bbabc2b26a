"""The arithmetic and the table of what watching costs; the trainings themselves take minutes."""

from benchmarks.live_cost import compared, table

PAIRS = [
    {
        "watched": {"wall": 22.0, "server": 1.0, "worker": 40.0},
        "alone": {"wall": 20.0, "server": 0.0, "worker": 38.0},
    },
    {
        "watched": {"wall": 18.0, "server": 0.4, "worker": 40.0},
        "alone": {"wall": 20.0, "server": 0.0, "worker": 41.0},
    },
    {
        "watched": {"wall": 20.0, "server": 0.8, "worker": 40.0},
        "alone": {"wall": 20.0, "server": 0.0, "worker": 40.0},
    },
]


def test_shares_and_ratios_are_those_of_the_pairs() -> None:
    result = compared(PAIRS)
    assert result["server_share"] == {"median": 0.02, "lowest": 0.01, "highest": 0.025}
    assert result["wall_ratio"] == {"median": 1.0, "lowest": 0.9, "highest": 1.1}
    assert table(result) == (
        "server's processor time, of the worker's: 2.00% (1.00% to 2.50%)\n"
        "wall-clock watched / alone: 1.000 (0.900 to 1.100), 3 pairs"
    )
