"""Endless, exactly resumable streams of samples."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch.utils.data import DataLoader, Dataset

from models.errors import InputError

_TRIES = 50
_WATCH = 5
"""Seconds after which a loader whose parent has died ends."""


@dataclass(frozen=True)
class Drawn:
    """A sample, its place in the stream, and what had to be skipped to get it.

    sample: None where nothing could be drawn; `stream` raises then.
    """

    index: int
    sample: Any
    skipped: tuple[str, ...]


class Draws(Dataset[Drawn]):
    """Sample `i` depends on the seed and on `i` alone, so a resumed run sees the same ones."""

    def __init__(self, draw: Callable[[Generator], Any], seed: int) -> None:
        self.draw, self.seed = draw, seed

    def __getitem__(self, index: int) -> Drawn:
        rng = np.random.default_rng([self.seed, index])
        skipped: list[str] = []
        for _ in range(_TRIES):
            try:
                return Drawn(index, self.draw(rng), tuple(skipped))
            except InputError as error:
                skipped.append(str(error))
        # What a loader's process raises comes with its traceback as the message.
        return Drawn(index, None, tuple(skipped))


def _begin(_: int) -> None:
    """Start a loader's process: one thread, and Ctrl-C and termination are its parent's to act on.

    Both may reach all processes of a group, or of a machine's job; the parent ends its loaders
    when it is done, which may be minutes later.
    """
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _masks():
        threading.Thread(target=_end_for_parent, daemon=True).start()
    elif hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    cv2.setNumThreads(0)


def _masks() -> bool:
    """Whether loaders begin with the mask of their parent's thread, and so do all their threads.

    A process that is not forked has threads before it can be told anything.
    """
    return hasattr(signal, "sigtimedwait") and multiprocessing.get_start_method() == "fork"


@contextmanager
def _blocked() -> Iterator[None]:
    """Ctrl-C and termination wait, and do so for good in the processes that start meanwhile."""
    if not _masks():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_for_parent() -> None:
    """End this process when its parent terminates it or has died, whatever its main thread is at.

    A handler would have to wait for that, and torch looks for the parent between two samples.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    while True:
        found = signal.sigtimedwait({signal.SIGTERM}, _WATCH)
        if parent.pid != os.getppid() or (found is not None and found.si_pid == parent.pid):
            os._exit(0)


def stream(
    draw: Callable[[Generator], Any],
    *,
    seed: int,
    batch: int,
    start: int = 0,
    rank: int = 0,
    world: int = 1,
    workers: int = 0,
) -> Iterator[list[Drawn]]:
    """Batches from step `start` on.

    Args:
        batch: samples of a step over all processes; this one, `rank` of `world`, gets its
            share, so that together they see what a single process would.

    Raises:
        InputError: many draws in a row failed.
    """
    share = batch // world
    last = 2**40
    indices = (step * batch + rank * share + i for step in range(start, last) for i in range(share))
    loader = DataLoader(
        Draws(draw, seed),
        batch_size=share,
        sampler=_Sampler(indices),
        num_workers=workers,
        collate_fn=list,
        prefetch_factor=4 if workers else None,
        worker_init_fn=_begin,
        # A loader draws a seed when it starts; not from the global state.
        generator=torch.Generator(),
    )
    with _blocked():
        batches = iter(loader)
    try:
        for drawn in batches:
            for one in drawn:
                if one.sample is None:
                    raise InputError(f"{_TRIES} draws in a row failed; the last: {one.skipped[-1]}")
            yield drawn
    finally:
        # The processes end with their iterator, which a traceback would keep alive.
        del batches


class _Sampler(torch.utils.data.Sampler[int]):
    def __init__(self, indices: Iterator[int]) -> None:
        self.indices = indices

    def __iter__(self) -> Iterator[int]:
        return self.indices
