"""Run-length encodings of masks as COCO has them, from files that may say anything."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.opened import MOST_PIXELS

_FIRST, _LAST, _MORE = 48, 111, 32
"""Characters of compressed counts, and the bit that says that a number goes on in the next."""


def mask_tools() -> Any:
    """pycocotools' functions. Raises InputError: it is not installed."""
    try:
        from pycocotools import mask
    except ImportError as error:
        raise InputError(
            "run-length masks, as in COCO, YouTube-VIS and MOTS, need pycocotools: pip install "
            "'ovos-cli[coco]'"
        ) from error
    return mask


def encode(masks: Iterable[NDArray[np.bool_]]) -> list[dict[str, Any]]:
    """Run-length encodings of (N, H, W) masks, as JSON values.

    Raises:
        InputError: pycocotools is missing.
    """
    tools = mask_tools()
    encoded = []
    for mask in masks:
        rle = tools.encode(np.asfortranarray(mask.astype(np.uint8)))
        encoded.append({"size": rle["size"], "counts": rle["counts"].decode("ascii")})
    return encoded


def extent(segmentation: Any, size: tuple[int, int] | None = None) -> tuple[int, int]:
    """(H, W) that an encoding says, before anything is decoded.

    Args:
        segmentation: the JSON values.
        size: (H, W) of its frame, if known.

    Raises:
        ValueError, TypeError, KeyError: it says none, one that no frame has, or another.
    """
    height, width = map(_whole, segmentation["size"])
    # pycocotools allocates by these numbers, whatever they are.
    if any(type(v) is not int or v < 1 for v in (height, width)) or height * width > MOST_PIXELS:
        raise ValueError(f"its size {[height, width]} is none of a frame")
    if size is not None and size != (height, width):
        raise ValueError(f"it is {width}x{height}, and its frame {size[1]}x{size[0]}")
    return height, width


def decode(segmentation: Any, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """(H, W) mask of a run-length encoding, compressed or not, of 0 and 1.

    Args:
        segmentation: the JSON values.
        size: (H, W) of its frame, if known.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is none, or not of that size.
        InputError: pycocotools is missing.
    """
    tools = mask_tools()
    height, width = extent(segmentation, size)
    counts = segmentation["counts"]
    if isinstance(counts, list):
        counts = [_whole(run) for run in counts]
        _check_runs(counts, height * width)
        encoded = tools.frPyObjects({"size": [height, width], "counts": counts}, height, width)
        counts = encoded["counts"].decode("ascii")
    _check_characters(counts)
    decoded = tools.decode({"size": [height, width], "counts": counts.encode("ascii")})
    if not _overflows(tools, counts, height * width - 1):
        raise ValueError(f"its runs cover less than {width}x{height} pixels")
    return decoded


def _whole(value: Any) -> Any:
    """A number that some programs write as 480.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _check_runs(counts: list[Any], pixels: int) -> None:
    if any(type(run) is not int or run < 0 for run in counts):
        raise ValueError("its runs are not all numbers of pixels")
    if sum(counts) > pixels:
        raise ValueError(f"its runs cover {sum(counts)} pixels of {pixels}")


def _check_characters(counts: str) -> None:
    """pycocotools reads on behind the end if the last number is not complete."""
    codes = [ord(character) for character in counts]
    if not codes or min(codes) < _FIRST or max(codes) > _LAST or codes[-1] - _FIRST & _MORE:
        raise ValueError("its counts are no run-length code")


def _overflows(tools: Any, counts: str, room: int) -> bool:
    """Whether runs cover more than `room` pixels.

    pycocotools refuses runs that cover too much, but leaves pixels that none covers as they
    happen to be in memory; so it is asked whether one pixel less would be too little room.
    """
    try:
        tools.decode({"size": [room, 1], "counts": counts.encode("ascii")})
    except ValueError:
        return True
    return False
