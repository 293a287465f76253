"""Time spent in each part of the system, by the paper's names (Table 4)."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, current_thread, main_thread

import torch


class Clock:
    """Adds up wall-clock seconds by name, from several threads too.

    On a GPU, blocks of the main thread are timed there, between two events in its queue: nothing
    waits for it until the times are asked for. Other threads read and write files.
    """

    def __init__(self, device: torch.device | None = None) -> None:
        self._on_gpu = device is not None and device.type == "cuda"
        self._lock = Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._events: list[tuple[str, torch.cuda.Event, torch.cuda.Event]] = []

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time a block."""
        if self._on_gpu and current_thread() is main_thread():
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            try:
                yield
            finally:
                end.record()
                with self._lock:
                    self._events.append((name, begin, end))
            return
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - started)

    def add(self, name: str, seconds: float) -> None:
        """Record seconds measured elsewhere."""
        with self._lock:
            self._seconds[name] += seconds

    def total(self, name: str) -> float:
        """Seconds spent under `name` so far."""
        with self._lock:
            self._settle()
            return self._seconds.get(name, 0.0)

    def take(self) -> dict[str, float]:
        """Seconds by name since the last call, or since the beginning."""
        with self._lock:
            self._settle()
            taken, self._seconds = dict(self._seconds), defaultdict(float)
        return taken

    def _settle(self) -> None:
        """Turn events into seconds; waits for the last of them."""
        for name, begin, end in self._events:
            end.synchronize()
            self._seconds[name] += begin.elapsed_time(end) / 1000
        self._events.clear()
