"""Processes that share the scoring of masks."""

import ctypes
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

import cv2

_PRELOADED = ("ovos_cli.evaluation.scoring",)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's numbers of the two options, see mallopt(3)."""
_KEPT = 256 << 20
"""Bytes of free memory that a process may keep."""
_LARGEST = 32 << 20
"""Bytes of the largest array that is taken from them; more is refused."""


@contextmanager
def scoring_pool(jobs: int | None = None) -> Iterator[Executor | None]:
    """Processes that score, which start while the caller goes on; None where one would do.

    They come from a server process that has imported what scoring needs and runs no threads. To
    fork this process instead would copy its threads' locks, but not the threads that release them.

    Args:
        jobs: how many; None is one for each core.
    """
    count = jobs or usable_cores()
    if count == 1:
        yield None
        return
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    if sys.platform == "linux":
        context.set_forkserver_preload(list(_PRELOADED))
    with ProcessPoolExecutor(count, context, _prepare_process) as pool:
        pool.submit(os.getpid)  # the first task starts them all
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _prepare_process() -> None:
    """Set up a process that scores and does nothing else."""
    cv2.setNumThreads(1)  # the processes share the cores already
    if sys.platform == "linux":
        # glibc gives an array's memory back as soon as it is free, and the kernel clears it anew
        # for the next one. That took longer than the scoring.
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            library.mallopt(_TRIM_THRESHOLD, _KEPT)
            library.mallopt(_MMAP_THRESHOLD, _LARGEST)


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
