"""Time spent in each part of the system, by the paper's names (Table 4)."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import torch


class Clock:
    """Adds up wall-clock seconds by name, from several threads too."""

    def __init__(self, device: torch.device | None = None) -> None:
        self._device = None if device is None or device.type == "cpu" else device
        self._lock = Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time a block; on a GPU, wait for the work that it queued."""
        started = self._now()
        try:
            yield
        finally:
            self.add(name, self._now() - started)

    def add(self, name: str, seconds: float) -> None:
        """Record seconds measured elsewhere."""
        with self._lock:
            self._seconds[name] += seconds

    def total(self, name: str) -> float:
        """Seconds spent under `name` so far."""
        return self._seconds.get(name, 0.0)

    def take(self) -> dict[str, float]:
        """Seconds by name since the last call, or since the beginning."""
        with self._lock:
            taken, self._seconds = dict(self._seconds), defaultdict(float)
        return taken

    def _now(self) -> float:
        if self._device is not None:
            torch.accelerator.synchronize(self._device)
        return time.perf_counter()
