"""PNGs of masks, decoded fast.

Pillow inflates a PNG row by row, and a mask has so few and long matches that starting anew for each
row costs several times the inflating. So the pixels are inflated in one go here. Rows that no
filter changed, which is how indexed pictures are mostly written, are the values then; of others,
Pillow undoes the filters.
"""

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from zlib_ng import zlib_ng

from models.pictures.opened import MOST_PIXELS

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED = 0
"""Level of a compression that only copies."""


class _NotPlainError(Exception):
    """It is animated, or some of its values stand for nothing."""


def png_values(png: bytes) -> tuple[NDArray[np.uint8], bytes] | None:
    """Decode an 8-bit grey or indexed PNG that is not interlaced, transparent or animated.

    Returns:
        (H, W) grey values or indices, read-only, and the palette, three bytes a colour, empty in
        a grey picture; None for every other file, truncated ones too. Checksums are not looked at.
    """
    try:
        width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", png, 16)
        if not png.startswith(_SIGNATURE) or depth != 8 or colour not in {0, 3} or interlaced:
            return None
        expected = height * (width + 1)  # each row begins with its filter's number
        if expected > MOST_PIXELS:
            return None
        packed, palette = _chunks(png)
        inflate = zlib_ng.decompressobj()
        pixels = inflate.decompress(packed, expected + 1)
    except (_NotPlainError, struct.error, zlib_ng.error, OverflowError):  # type: ignore[misc]  # its stub has an instance
        return None
    if len(pixels) != expected or not inflate.eof:
        return None
    rows = np.frombuffer(pixels, np.uint8).reshape(height, width + 1)
    if not rows[:, 0].any():
        return rows[:, 1:], palette
    stored = zlib_ng.compress(pixels, _STORED)
    try:
        filtered = Image.frombytes("L", (width, height), stored, "zip", "L", 0)
    except (OSError, SyntaxError, ValueError):
        return None
    return np.asarray(filtered), palette


def _chunks(png: bytes) -> tuple[bytes, bytes]:
    """The compressed pixels, and the palette.

    Raises:
        struct.error: there are no pixels, or the file ends within them.
        _NotPlainError: it has transparency, or several frames.
    """
    parts: list[bytes] = []
    palette = b""
    start = len(_SIGNATURE)
    while True:
        length, kind = struct.unpack_from(">I4s", png, start)
        if kind == b"IDAT":
            parts.append(png[start + 8 : start + 8 + length])
        elif parts:
            return b"".join(parts), palette
        elif kind in {b"tRNS", b"acTL"}:
            raise _NotPlainError
        elif kind == b"PLTE":
            palette = png[start + 8 : start + 8 + length]
        start += 12 + length
