"""The bit stream of Label Studio's brush: run lengths of an RGBA picture, along its rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.pictures.opened import MOST_PIXELS
from ovos_cli.formats.row_runs import Mask, Size

_CHANNELS, _WORD = 4, 8
_RUN_BITS = (3, 4, 8, 16)
"""How many bits a run's length may have; two bits before it say which."""
_SET = 255


def encode(mask: Mask) -> list[int]:
    """Bytes of the stream of an (H, W) mask: 255 in all four channels where it is set."""
    flat = mask.ravel()
    ends = np.flatnonzero(np.append(flat[1:] != flat[:-1], True)) + 1
    lengths = np.diff(ends, prepend=0) * _CHANNELS
    parts = [f"{flat.size * _CHANNELS:032b}{_WORD - 1:05b}"]
    parts += [f"{bits - 1:04b}" for bits in _RUN_BITS]
    for length, value in zip(lengths.tolist(), flat[ends - 1].tolist(), strict=True):
        parts += _run(length, _SET * value)
    text = "".join(parts)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def decode(stream: Sequence[int], size: Size) -> Mask:
    """(H, W) mask: where the alpha of the stream's picture is half or more.

    Args:
        stream: bytes, 0 to 255.
        size: height and width of the picture.

    Raises:
        ValueError: it is no such stream, ends early, or is of another size.
    """
    if any(type(value) is not int or not 0 <= value < 256 for value in stream):
        raise ValueError("its run lengths are not all bytes")
    bits = np.unpackbits(np.array(stream, np.uint8))
    reader = _Bits(bits)
    count, word = reader.take(32), reader.take(5) + 1
    widths = [reader.take(4) + 1 for _ in _RUN_BITS]
    height, width = size
    if count > _CHANNELS * MOST_PIXELS or count != _CHANNELS * height * width or word != _WORD:
        raise ValueError(
            f"its run lengths are of {count // _CHANNELS} pixels, and its frame of {width}x{height}"
        )
    values, at = np.zeros(count, np.uint8), 0
    while at < count:
        repeated, which = reader.take(1), reader.take(2)
        end = at + 1 + reader.take(widths[which])
        if end > count:
            raise ValueError("its run lengths cover more than the frame")
        values[at:end] = reader.take(_WORD) if repeated else reader.words(end - at)
        at = end
    return values.reshape(height, width, _CHANNELS)[..., -1] >= _SET // 2 + 1


class _Bits:
    """Bits read one after the other, the first of a number the highest."""

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        self._text = (bits + ord("0")).tobytes().decode("ascii")
        self._at = 0

    def take(self, count: int) -> int:
        part = self._text[self._at : self._at + count]
        self._at += count
        if len(part) < count:
            raise ValueError("its run lengths end early")
        return int(part, 2)

    def words(self, count: int) -> NDArray[np.uint8]:
        """So many values of 8 bits."""
        return np.array([self.take(_WORD) for _ in range(count)], np.uint8)


def _run(length: int, value: int) -> list[str]:
    """A run, in pieces that its longest code can hold."""
    parts, most = [], 1 << _RUN_BITS[-1]
    while length:
        piece = min(length, most)
        which = next(i for i, bits in enumerate(_RUN_BITS) if piece <= 1 << bits)
        parts.append(f"1{which:02b}{piece - 1:0{_RUN_BITS[which]}b}{value:08b}")
        length -= piece
    return parts
