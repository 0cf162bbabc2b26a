"""Functions of many images, computed batch by batch on some threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from mnistviz.core.types.progress import Progress, no_progress

Result = TypeVar("Result")

# Images at once: with more, their maps no longer fit the processor's cache.
BATCH_SIZE = 16

# Batches at once. Each uses one core.
NUM_THREADS = 2


def map_batches(
    function: Callable[..., Result],
    *arrays: Any,
    progress: Progress = no_progress,
    size: int = BATCH_SIZE,
) -> list[Result]:
    """The results of `function` for each batch of some arrays of n rows, in order.

    `function` gets up to `size` rows of each array. `progress` gets the number of rows that are
    done; an exception that it raises ends the work.
    """
    use_one_thread_for_products()
    count = len(arrays[0])
    batches = [[array[start : start + size] for array in arrays] for start in range(0, count, size)]
    results = []
    if len(batches) == 1:
        results.append(function(*batches[0]))
        progress(count)
        return results
    with ThreadPoolExecutor(NUM_THREADS) as threads:
        futures = [threads.submit(function, *batch) for batch in batches]
        try:
            for future in futures:
                results.append(future.result())
                progress(min(len(results) * size, count))
        finally:
            threads.shutdown(cancel_futures=True)
    return results


@cache
def use_one_thread_for_products() -> None:
    """Have each matrix product of this process use one thread: batches use the other cores."""
    threadpool_limits(1, "blas")
