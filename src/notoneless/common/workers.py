"""Worker processes that never outlive the process that started them, however that one ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

ORPHANED = 3
"""Exit code of a worker whose starter is gone."""


@contextmanager
def worker_pool(processes: int, initializer: Callable[[], object] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of freshly started (never forked) processes; each calls ``initializer`` first.

    When the block is left by an error or by Ctrl+C the workers are ended at once instead of finishing what waits. When
    the starter is killed outright, they notice within a moment and end themselves.
    """
    spawn = multiprocessing.get_context("spawn")  # a forked child would share database connections and locks
    pool = ProcessPoolExecutor(processes, mp_context=spawn, initializer=_begin, initargs=(initializer,))
    try:
        yield pool
    except BaseException:
        for worker in list(pool._processes.values()):  # terminate_workers() only comes with Python 3.14
            worker.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _begin(initializer: Callable[[], object] | None) -> None:
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    if initializer:
        initializer()


def _end_with_parent() -> None:
    """Wait for the end of the starting process: a pipe that only it holds open closes even when it is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(ORPHANED)
