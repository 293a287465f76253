"""What FFmpeg, or PyAV, does not tell of MP4 and QuickTime files: what stands in their boxes."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000
"""Boxes to look at, one beside the other; fragments are many."""
_OURS = {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"free"}
"""What a file may end in the middle of; other letters are those of anything behind its end."""
_FIRST = {b"ftyp", b"styp", b"mdat", b"wide", b"moov", b"moof"}
_TO_SAMPLES = (b"mdia", b"minf", b"stbl", b"stsd")
_LIST, _ENTRY = 8, 78
"""Bytes before the entries of `stsd`, and before the boxes of an entry of video."""

_Box = tuple[bytes, int, int]
"""Its kind, where its content begins, and where it ends."""


def joined_files(path: Path) -> int:
    """How many files of unfragmented video are in one, one behind the other; 1 as a rule."""
    with path.open("rb") as file:
        kinds = [kind for kind, _, _ in _boxes(file, 0, _size(path))]
    return 1 if b"moof" in kinds else max(1, kinds.count(b"moov"))


def is_cut_off(path: Path) -> bool:
    """Whether the file ends within a box."""
    end = _size(path)
    with path.open("rb") as file:
        return any(kind in _OURS and reaches > end for kind, _, reaches in _boxes(file, 0, end))


def lacks_index(path: Path) -> bool:
    """Whether what is MP4 or QuickTime by its first box has no whole `moov`, without which nothing
    of it can be found: it was not recorded or copied to its end, or is a later part of a stream.
    """
    end = _size(path)
    with path.open("rb") as file:
        boxes = [(kind, reaches) for kind, _, reaches in _boxes(file, 0, end)]
    begins = bool(boxes) and boxes[0][0] in _FIRST
    return begins and not any(kind == b"moov" and reaches <= end for kind, reaches in boxes)


def clean_aperture(path: Path, track: int) -> tuple[int, int] | None:
    """Width and height that players are told to show of a track's frames; None is all of them.

    track: its number in the file.
    """
    with path.open("rb") as file:
        for _, begin, end in _inside(file, 0, _size(path), b"moov", b"trak"):
            if _track(file, begin, end) != track:
                continue
            for _, begins, ends in _inside(file, begin, end, *_TO_SAMPLES):
                for _, entry, after in _boxes(file, begins + _LIST, ends):
                    for _, clap, _ in _inside(file, entry + _ENTRY, after, b"clap"):
                        return _aperture(_read(file, clap, 16))
    return None


def _track(file: BinaryIO, begin: int, end: int) -> int | None:
    for _, header, _ in _inside(file, begin, end, b"tkhd"):
        version = _read(file, header, 1)
        place = 20 if version == b"\1" else 12  # times are of 8 or of 4 bytes
        return int.from_bytes(_read(file, header + place, 4), "big")
    return None


def _aperture(held: bytes) -> tuple[int, int] | None:
    if len(held) < 16:
        return None
    width, width_unit, height, height_unit = struct.unpack(">4I", held)
    if not (width_unit and height_unit):
        return None
    return width // width_unit, height // height_unit


def _inside(file: BinaryIO, begin: int, end: int, *kinds: bytes) -> Iterator[_Box]:
    """The boxes that a path of kinds leads to."""
    for kind, first, after in _boxes(file, begin, end):
        if kind == kinds[0]:
            if len(kinds) == 1:
                yield kind, first, after
            else:
                yield from _inside(file, first, min(after, end), *kinds[1:])


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[_Box]:
    """Boxes one after the other; nothing after what is none."""
    place = begin
    for _ in range(_MOST):
        head = _read(file, place, 16) if place < end else b""
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        first = place + 8
        if size == 1:  # the size follows, in twice as many bytes
            size, first = int.from_bytes(head[8:], "big"), place + 16
        if size < 8:
            return
        place += size
        yield kind, first, place


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


def _size(path: Path) -> int:
    return path.stat().st_size
