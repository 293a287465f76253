"""What FFmpeg does not tell of MP4 and QuickTime files: their outermost boxes."""

import struct
from collections import Counter
from pathlib import Path

_MOST = 10_000
"""Boxes to look at; fragments are many."""


def joined_files(path: Path) -> int:
    """How many files of unfragmented video are in one, one behind the other; 1 as a rule."""
    kinds = Counter[bytes]()
    with path.open("rb") as file:
        end = path.stat().st_size
        for _ in range(_MOST):
            place, head = file.tell(), file.read(8)
            if len(head) < 8:
                break
            size, kind = struct.unpack(">I4s", head)
            if size == 1:
                wide = file.read(8)
                size = int.from_bytes(wide, "big") if len(wide) == 8 else 0
            if size < 8 or place + size > end:
                break
            kinds[kind] += 1
            file.seek(place + size)
    return 1 if kinds[b"moof"] else max(1, kinds[b"moov"])
