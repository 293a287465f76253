"""Commands as processes of their own: how long they take, and how much of the processors."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """cpu: seconds of all threads, in the program and in the system. wall: seconds by the clock."""

    cpu: float
    wall: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu - other.cpu, self.wall - other.wall)

    def __truediv__(self, count: float) -> "Cost":
        return Cost(self.cpu / count, self.wall / count)


def cost_of(command: Sequence[str], *, show: bool = False) -> Cost:
    """Run a command to its end; its output is not shown unless asked for.

    Raises:
        CalledProcessError: it fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=None if show else subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Cost(usage.ru_utime + usage.ru_stime, wall)


@contextmanager
def busy_process() -> Iterator[None]:
    """Keep one processor busy with something else within the block."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()
