"""What PyAV does not tell of Matroska and WebM files: how much of a frame is to be shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SEGMENT, _TRACKS, _ENTRY, _VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_BOTTOM, _TOP, _LEFT, _RIGHT = 0x54AA, 0x54BB, 0x54CC, 0x54DD
_MOST = 10_000
"""Elements to look at, one beside the other; clusters come after the tracks."""


def pixel_crop(path: Path, track: int) -> tuple[int, int] | None:
    """Width and height that players are told to show of a track's frames; None is all of them.

    track: its place among the tracks, from 0.
    """
    with path.open("rb") as file:
        entries = _inside(file, 0, path.stat().st_size, _SEGMENT, _TRACKS, _ENTRY)
        for index, (begin, end) in enumerate(entries):
            if index != track:
                continue
            for first, after in _inside(file, begin, end, _VIDEO):
                held = {
                    kind: int.from_bytes(_read(file, place, min(8, reach - place)), "big")
                    for kind, place, reach in _elements(file, first, after)
                }
                cut = [held.get(kind, 0) for kind in (_LEFT, _RIGHT, _TOP, _BOTTOM)]
                if not any(cut):
                    return None
                return held.get(_WIDTH, 0) - cut[0] - cut[1], held.get(_HEIGHT, 0) - cut[2] - cut[3]
    return None


def _inside(file: BinaryIO, begin: int, end: int, *kinds: int) -> Iterator[tuple[int, int]]:
    """Where the elements that a path of kinds leads to begin and end."""
    for kind, first, after in _elements(file, begin, end):
        if kind == kinds[0]:
            if len(kinds) == 1:
                yield first, after
            else:
                yield from _inside(file, first, after, *kinds[1:])


def _elements(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each element's kind, where its content begins and where it ends."""
    place = begin
    for _ in range(_MOST):
        head = _read(file, place, 12) if place < end else b""
        kind, width = _number(head, marked=True)
        size, more = _number(head[width:], marked=False)
        first = place + width + more
        if not (width and more) or first > end:
            return
        unknown = size == (1 << 7 * more) - 1  # of a live recording: to the end
        place = end if unknown else min(end, first + size)
        yield kind, first, place


def _number(head: bytes, *, marked: bool) -> tuple[int, int]:
    """A number of as many bytes as its first bits tell, with or without these; and that count."""
    width = 9 - head[0].bit_length() if head else 9
    if width > 8 or len(head) < width:
        return 0, 0
    value = int.from_bytes(head[:width], "big")
    return (value if marked else value & ((1 << 7 * width) - 1)), width


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
