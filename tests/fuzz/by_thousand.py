"""Spoilt files by the thousand, one after the other, until one is neither read nor refused."""

import faulthandler
import random
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

_MOST_MIB, _HANGS = 2048, 120.0
WORDS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\0\0\0\1")
"""Numbers of four bytes that headers are spoilt with."""


def run(
    names: Sequence[str],
    spoilt: Callable[[str, random.Random], bytes],
    try_one: Callable[[Path, random.Random], bool],
) -> None:
    """Try as many as the command line says; stops at the first that is wrong, whose file stays.

    Args:
        names: of good files, one of which is spoilt each time.
        spoilt: its bytes, changed.
        try_one: whether it was taken; AssertionError for all that is not right.
    """
    import resource  # not on Windows, where the suite's slice runs too

    warnings.simplefilter("ignore")  # of Pillow, about damage
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    chance, taken = random.Random(seed), 0
    folder = Path(tempfile.mkdtemp(prefix="ovos-fuzz-"))
    for number in range(count):
        name = chance.choice(names)
        path = folder / name
        path.write_bytes(spoilt(name, chance))
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        try:
            taken += try_one(path, chance)
        except BaseException:
            print(f"input {number}: {path}")
            raise
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert memory < _MOST_MIB, f"{memory:.0f} MiB after {path}"
        path.unlink()
    faulthandler.cancel_dump_traceback_later()
    folder.rmdir()
    print(f"{count} tried: {taken} read, {count - taken} refused")
