"""What goes between page and server, checked before anybody looks at it."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.clicks.prompt import Box, Click, Mask
from models.errors import InputError
from ovos_cli.shot.annotations import MOST_IDS

MOST_JSON = 2**20
MOST_IMAGE = 64 * 2**20
"""Bytes of a request."""
_GZIP = 31
"""zlib's name for a gzip header, with its largest window."""
_MOST_CLICKS = 1000
_LEVEL = 1
_ROUND = 1000
"""Confidences are sent in thousandths."""


def most_packed(size: tuple[int, int]) -> int:
    """Bytes of a packed mask of (H, W) at most: what cannot be made smaller grows a little."""
    return size[0] * size[1] + size[0] * size[1] // 100 + 1024


def packed(mask: NDArray[np.generic]) -> bytes:
    """A mask as gzip bytes, one byte a pixel in row order."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(np.ascontiguousarray(mask, np.uint8).tobytes()) + packer.flush()


def unpacked(content: bytes, size: tuple[int, int]) -> Mask:
    """A mask of one object from gzip bytes, inflated no further than its size.

    Args:
        content: one byte a pixel, 0 or 1, in row order.
        size: (H, W).

    Raises:
        InputError: it is something else, or of another size.
    """
    inflater, most = zlib.decompressobj(_GZIP), size[0] * size[1]
    try:
        values = inflater.decompress(content, most + 1)
    except zlib.error as error:
        raise InputError(f"the mask that was sent is no gzip: {error}") from error
    if len(values) != most or not inflater.eof:
        raise InputError(
            f"the mask that was sent is of another size than the frames, which are "
            f"{size[1]}x{size[0]}"
        )
    mask = np.frombuffer(values, np.uint8).reshape(size)
    if mask.max(initial=0) > 1:
        raise InputError("the mask that was sent holds other values than 0 and 1")
    return mask > 0


def fields(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises InputError: it is something else."""
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise InputError("what was sent is no JSON") from error
    if not isinstance(found, dict):
        raise InputError("what was sent is no JSON object")
    return found


def whole_number(found: Mapping[str, Any], name: str, *, least: int = 0) -> int:
    """A field that must be there. Raises InputError: it is not, or is no such number."""
    value = found.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)  # of an address
    if type(value) is not int or value < least:
        raise InputError(f"'{name}' should be a whole number, {least} or more")
    return value


def number_or_none(found: Mapping[str, Any], name: str) -> int | None:
    """A field that may be missing or null. Raises InputError: it is no whole number."""
    return None if found.get(name) is None else whole_number(found, name)


def object_id(found: Mapping[str, Any], name: str = "object") -> int:
    """An id from 1 to 254. Raises InputError."""
    ident = whole_number(found, name, least=1)
    if ident > MOST_IDS:
        raise InputError(f"'{name}' is {ident}; objects have numbers from 1 to {MOST_IDS}")
    return ident


def clicks_of(found: Mapping[str, Any]) -> tuple[Click, ...]:
    """The field `clicks`, in their order. Raises InputError."""
    given = found.get("clicks") or []
    if not isinstance(given, list) or len(given) > _MOST_CLICKS:
        raise InputError(f"'clicks' should be a list of at most {_MOST_CLICKS}")
    clicks = []
    for one in given:
        if not isinstance(one, dict) or type(one.get("inside")) is not bool:
            raise InputError("a click is {x, y, inside}")
        clicks.append(Click(whole_number(one, "x"), whole_number(one, "y"), one["inside"]))
    return tuple(clicks)


def box_of(found: Mapping[str, Any]) -> Box | None:
    """The field `box`. Raises InputError."""
    box = found.get("box")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != 4 or any(type(side) is not int for side in box):
        raise InputError("'box' should be [left, top, right, bottom] in whole pixels")
    x0, y0, x1, y1 = box
    return x0, y0, x1, y1


def sure(value: float) -> float:
    """A confidence, as short as it is of use."""
    return round(value * _ROUND) / _ROUND
