"""What FFmpeg does not tell of MP4 and QuickTime files: their outermost boxes."""

import struct
from collections.abc import Iterator
from pathlib import Path

_MOST = 100_000
"""Boxes to look at; fragments are many."""
_OURS = {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"free"}
"""What a file may end in the middle of; other letters are those of anything behind its end."""


def joined_files(path: Path) -> int:
    """How many files of unfragmented video are in one, one behind the other; 1 as a rule."""
    kinds = [kind for kind, _ in _boxes(path)]
    return 1 if b"moof" in kinds else max(1, kinds.count(b"moov"))


def is_cut_off(path: Path) -> bool:
    """Whether the file ends within a box."""
    end = path.stat().st_size
    return any(kind in _OURS and reaches > end for kind, reaches in _boxes(path))


def _boxes(path: Path) -> Iterator[tuple[bytes, int]]:
    """Each outermost box's kind, and where it ends; nothing after what is none."""
    with path.open("rb") as file:
        place = 0
        for _ in range(_MOST):
            file.seek(place)
            head = file.read(16)
            if len(head) < 8:
                return
            size, kind = struct.unpack_from(">I4s", head)
            if size == 1:  # the size follows, in twice as many bytes
                size = int.from_bytes(head[8:], "big")
            if size < 8:
                return
            place += size
            yield kind, place
