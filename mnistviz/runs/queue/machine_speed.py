"""How fast this computer trains, guessed from a small measurement, before any run was measured."""

import time
from functools import cache

import numpy as np

# Products of so small matrices take one core, whatever the library of NumPy does with larger ones.
SIDE = 64
REPEATS, ROUNDS = 400, 9
# A try-out in a process that has loaded TensorFlow takes 12.7 to 12.9 s of processor time. The
# 10.8 s after its first step are 1.7e10 multiplications a second (`finished_log.load_of`) on a
# computer whose core multiplies 4.8e10 pairs of numbers a second here.
SHARE_OF_TRAINING = 0.35
# What a process that has loaded TensorFlow does before its first step, in multiplications.
WORK_BEFORE_FIRST_STEP = 3.4e10


@cache
def loads_per_second() -> float:
    """Return the work of a training that a core of this computer does in a second.

    It is in the multiplications of `finished_log.load_of`. The first call in a process takes 30 ms;
    the fastest of several rounds counts, as other processes may be busy meanwhile.
    """
    matrix = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    product = np.empty_like(matrix)
    fastest = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(REPEATS):
            np.matmul(matrix, matrix, out=product)
        fastest = min(fastest, time.perf_counter() - begun)
    return SHARE_OF_TRAINING * SIDE**3 * REPEATS / fastest


def first_start_seconds() -> float:
    """Return how long a run takes to its first step in a process that has loaded TensorFlow."""
    return WORK_BEFORE_FIRST_STEP / loads_per_second()
