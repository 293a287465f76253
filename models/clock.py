"""Time spent in each part of the system, by the paper's names (Table 4)."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class Clock:
    """Adds up wall-clock seconds by name, safe to use from several threads on different names."""

    def __init__(self, device: torch.device | None = None) -> None:
        self._synchronize = device is not None and device.type == "cuda"
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time a block; on a GPU, wait for the work that it queued."""
        started = self._now()
        try:
            yield
        finally:
            self.seconds[name].append(self._now() - started)

    def add(self, name: str, seconds: float) -> None:
        """Record seconds measured elsewhere."""
        self.seconds[name].append(seconds)

    def total(self, name: str) -> float:
        """Seconds spent under `name` so far."""
        return sum(self.seconds[name])

    def _now(self) -> float:
        if self._synchronize:
            torch.cuda.synchronize()
        return time.perf_counter()
