"""How this process waits, keeps memory and finds its surroundings, set before torch is loaded."""

import ctypes
import os
import sys
import warnings
from pathlib import Path

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8
"""Parameters of glibc's mallopt."""
_LARGEST = 2**25
"""Bytes; glibc takes no more. A frame's largest tensors are smaller."""
_KEPT = 2**30
_LONGEST_TEMPORARY = 64
"""Bytes of a folder's path below which a socket can lie: it has 107 in all, with its name."""
_USUAL_TEMPORARY = Path("/tmp")


def set_up_process() -> None:
    """Let waiting threads sleep and freed memory stay, unless the user's environment says else."""
    # torch's threads spin while they wait for each other, by default: that takes the core from
    # whatever runs beside them, and them from their work in turn. OpenMP reads this when torch is
    # loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Pillow refuses what is too large; of what is merely large it warns, which helps nobody here.
    warnings.filterwarnings("ignore", message=r"Image size \(\d+ pixels\) exceeds limit")
    _open_standard_files()
    _shorten_temporary_folder()
    if sys.platform == "linux" and not {"MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"} & {
        *os.environ
    }:
        _keep_freed_memory()


def _open_standard_files() -> None:
    """Where one is closed, the next file that is opened would get its number, and its output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _shorten_temporary_folder() -> None:
    """Processes that share work speak through sockets in the temporary folder."""
    given = os.environ.get("TMPDIR", "")
    try:
        long = len(os.fsencode(os.path.abspath(given))) > _LONGEST_TEMPORARY
    except FileNotFoundError:  # the working folder was removed, and nothing has a path from it
        return
    if given and long and os.access(_USUAL_TEMPORARY, os.W_OK | os.X_OK):
        os.environ["TMPDIR"] = str(_USUAL_TEMPORARY)


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
