"""Masks as polygons and back. Pixel x reaches from x to x + 1; its centre says whether it is in."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ovos_cli.formats.row_runs import Mask, Size

Ring = NDArray[np.float64]
"""(N, 2) x, y of a closed line; the last point is joined to the first."""
TOLERANCE, EXACT = 0.5, 0.25
"""Pixels that a polygon may pass beside the mask's edge: few points to edit, or none changed."""
_FINE = 2
"""Lines are followed through the middles of half pixels, a quarter of one inside of the edge: ways
of filling polygons find that again, whether they cut off or ask for centres."""
_BEYOND = 1
"""Frames' sides that a polygon may reach beyond the frame; more is a mistake."""


def rings(mask: Mask, tolerance: float = TOLERANCE, *, steps: int = _FINE) -> list[list[Ring]]:
    """Polygons of an (H, W) mask: for each part its outline, and after it those of its holes.

    Args:
        mask: may be empty.
        tolerance: pixels; up to EXACT, `filled` gives the same mask back.
        steps: lines go through the middles of pixels, 1, or of half pixels, 2.

    Returns:
        The largest part first.
    """
    top, left, part = _cropped(mask)
    fine = cv2.copyMakeBorder(
        cv2.resize(part, None, fx=steps, fy=steps, interpolation=cv2.INTER_NEAREST),
        *(1, 1, 1, 1),
        cv2.BORDER_CONSTANT,
        value=0,
    )
    found, tree = cv2.findContours(fine, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parts = dict[int, list[Ring]]()
    for number, contour in enumerate(found):
        parent = int(tree[0][number][3])
        line = cv2.approxPolyDP(contour, tolerance * steps, closed=True)
        line = line if len(line) > 2 else contour  # of a wire, a line without area would be left
        points = (line[:, 0].astype(np.float64) - 1 + 0.5) / steps + (left, top)
        if parent < 0:
            parts.setdefault(number, []).insert(0, points)
        else:
            parts.setdefault(parent, []).append(points)
    return sorted(parts.values(), key=lambda part: -area(part[0]))


def joined(parts: Iterable[Sequence[Ring]]) -> Ring:
    """One line around all rings: bridges lead from ring to ring and back the same way.

    For programs that know only one polygon of an object.
    """
    one, *others = [ring for part in parts for ring in part]
    for ring in others:
        apart = ((one[:, None] - ring[None]) ** 2).sum(axis=2)
        here, there = np.unravel_index(int(apart.argmin()), apart.shape)
        round_trip = np.roll(ring, -int(there), axis=0)
        one = np.concatenate([one[: here + 1], round_trip, round_trip[:1], one[here:]])
    return one


def filled(lines: Iterable[NDArray[np.floating]], size: Size) -> Mask:
    """(H, W) mask of what is inside of an odd number of rings.

    Args:
        lines: (N, 2) x, y in pixels, each closed.
        size: height and width of the frame, at which polygons end.

    Raises:
        ValueError: one has fewer than three points, is not finite, or lies far outside.
    """
    height, width = size
    crossed = np.zeros((height, width + 1), bool)
    for line in lines:
        points = np.asarray(line, np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
            raise ValueError("a polygon needs three points of x and y")
        _check_place(points, size)
        for (x, y), (next_x, next_y) in zip(points, np.roll(points, -1, axis=0), strict=True):
            low, high = sorted((y, next_y))
            # Rows whose middles the edge crosses, its lower end excluded.
            first, last = np.ceil(np.clip([low - 0.5, high - 0.5], 0, height)).astype(int)
            rows = np.arange(first, last)
            if len(rows):
                at = x + (rows + 0.5 - y) * (next_x - x) / (next_y - y)
                crossed[rows, np.ceil(np.clip(at - 0.5, 0, width)).astype(int)] ^= True
    return np.logical_xor.accumulate(crossed[:, :-1], axis=1)


def traced(line: NDArray[np.floating], size: Size) -> Mask:
    """(H, W) mask of the pixels that a line runs through, and of those that it encloses.

    Args:
        line: (N, 2) x, y in pixels.
        size: height and width of the frame.

    Raises:
        ValueError: see `filled`.
    """
    points = np.asarray(line, np.float64)
    _check_place(points, size)
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.floor(points).astype(np.int32)], 1)
    return mask.view(bool)


def area(ring: Ring) -> float:
    """Square pixels within a ring."""
    (x, y), (next_x, next_y) = ring.T, np.roll(ring, -1, axis=0).T
    return abs(float((x * next_y - next_x * y).sum())) / 2


def _cropped(mask: Mask) -> tuple[int, int, NDArray[np.uint8]]:
    """Top, left, and the part of a mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, np.zeros((1, 1), np.uint8)
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    return top, left, np.ascontiguousarray(part).view(np.uint8)


def _check_place(points: Ring, size: Size) -> None:
    if not np.isfinite(points).all():
        raise ValueError("a polygon has a coordinate that is no number")
    sides = np.array(size[::-1], np.float64)
    if (points < -_BEYOND * sides).any() or (points > (1 + _BEYOND) * sides).any():
        x, y = points[np.abs(points - sides / 2).max(axis=1).argmax()]
        raise ValueError(
            f"a polygon reaches to {x:.0f}, {y:.0f}, far outside of the frame of "
            f"{size[1]}x{size[0]}; is it of another video?"
        )
