"""Endless, exactly resumable streams of samples."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch.utils.data import DataLoader, Dataset

from models.errors import InputError

_TRIES = 50
_GRACE = 60
"""Seconds from a loader's termination to its end: its parent may be within a step."""


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

    Both may reach all processes of a group; the parent ends its loaders when its step is done. For
    one that does not, termination acts in the end.
    """
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGTERM, lambda *_: signal.alarm(_GRACE))
    cv2.setNumThreads(0)


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
