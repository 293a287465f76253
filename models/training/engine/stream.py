"""Endless, exactly resumable streams of samples."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch.utils.data import DataLoader, Dataset


class Drawn(Dataset[Any]):
    """Sample `i` depends on the seed and on `i` alone, so a resumed run sees the same ones."""

    def __init__(self, draw: Callable[[Generator], Any], seed: int) -> None:
        self.draw, self.seed = draw, seed

    def __getitem__(self, index: int) -> Any:
        return self.draw(np.random.default_rng([self.seed, index]))


def _alone() -> None:
    import cv2

    cv2.setNumThreads(0)


def stream(
    draw: Callable[[Generator], Any], *, seed: int, batch: int, workers: int
) -> Callable[[int], Iterable[list[Any]]]:
    """Return a function from a step number to the batches from that step on."""

    def batches(step: int) -> Iterable[list[Any]]:
        last = 2**40
        return DataLoader(
            Drawn(draw, seed),
            batch_size=batch,
            sampler=range(step * batch, last),
            num_workers=workers,
            collate_fn=list,
            prefetch_factor=4 if workers else None,
            worker_init_fn=lambda _: _alone(),
            # A loader draws a seed when it starts; not from the state that a resume restores.
            generator=torch.Generator(),
        )

    return batches
