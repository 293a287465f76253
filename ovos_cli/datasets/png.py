"""PNGs of masks, decoded fast.

Pillow inflates a PNG row by row, and a mask has so few and long matches that starting anew for each
row costs several times the inflating. So the pixels are inflated in one go here. Rows that no
filter changed, which is how indexed pictures are mostly written, are the values then; others go to
Pillow as a PNG without compression.
"""

import struct
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from zlib_ng import zlib_ng

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED = 0xFFFF
"""Bytes of an uncompressed block of deflate, at most."""


def png_values(png: bytes) -> NDArray[np.uint8] | None:
    """Decode an 8-bit grey or indexed PNG that is not interlaced.

    Returns:
        (H, W) grey values or indices, read-only; None for every other file, truncated ones
        too. Checksums are not looked at.
    """
    try:
        width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", png, 16)
        if not png.startswith(_SIGNATURE) or depth != 8 or colour not in {0, 3} or interlaced:
            return None
        packed, first, end = _pixels(png)
        expected = height * (width + 1)  # each row begins with its filter's number
        inflate = zlib_ng.decompressobj()
        pixels = inflate.decompress(packed, expected + 1)
    except (struct.error, zlib_ng.error, OverflowError):  # type: ignore[misc]  # its stub has an instance
        return None
    if len(pixels) != expected or not inflate.eof:
        return None
    rows = np.frombuffer(pixels, np.uint8).reshape(height, width + 1)
    if not rows[:, 0].any():
        return rows[:, 1:]
    plain = b"".join((png[:first], *_chunk(b"IDAT", _stored(pixels)), png[end:]))
    try:
        with Image.open(BytesIO(plain)) as picture:
            return np.asarray(picture)
    except (OSError, SyntaxError, ValueError):
        return None


def _pixels(png: bytes) -> tuple[bytes, int, int]:
    """The compressed pixels; where their chunks, which follow each other, begin and end.

    Raises:
        struct.error: there are none, or the file ends within them.
    """
    parts: list[bytes] = []
    start, first = len(_SIGNATURE), 0
    while True:
        length, kind = struct.unpack_from(">I4s", png, start)
        if kind == b"IDAT":
            first = first or start
            parts.append(png[start + 8 : start + 8 + length])
        elif parts:
            return b"".join(parts), first, start
        start += 12 + length


def _stored(pixels: bytes) -> bytes:
    """Pixels as a zlib stream of stored blocks."""
    parts = [b"\x78\x01"]
    for start in range(0, len(pixels), _STORED):
        block = pixels[start : start + _STORED]
        last = start + _STORED >= len(pixels)
        parts += struct.pack("<BHH", last, len(block), len(block) ^ _STORED), block
    parts.append(struct.pack(">I", zlib_ng.adler32(pixels)))
    return b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, ...]:
    checksum = zlib_ng.crc32(data, zlib_ng.crc32(kind))
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)
