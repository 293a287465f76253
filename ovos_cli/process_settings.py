"""How this process waits and keeps memory, set before torch is loaded."""

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8
"""Parameters of glibc's mallopt."""
_LARGEST = 2**25
"""Bytes; glibc takes no more. A frame's largest tensors are smaller."""
_KEPT = 2**30


def set_up_process() -> None:
    """Let waiting threads sleep and freed memory stay, unless the user's environment says else."""
    # torch's threads spin while they wait for each other, by default: that takes the core from
    # whatever runs beside them, and them from their work in turn. OpenMP reads this when torch is
    # loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if sys.platform == "linux" and not {"MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"} & {
        *os.environ
    }:
        _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Every frame frees tensors of megabytes, and needs them again.

    glibc gives such memory back to the system at once, and each page of it must be cleared when
    it is asked for again: a sixth of the time that a frame takes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST)
        mallopt(_TRIM_THRESHOLD, _KEPT)
        # Threads' own arenas would be given back all the same.
        mallopt(_MOST_ARENAS, 1)
