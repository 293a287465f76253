"""What can be seen in the masks themselves."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint8]

_SIDE = 480
"""Short side of a frame that is looked at; of larger ones every second, third … pixel."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An object's mask in a frame; see `history.Seen`."""

    area: float
    centre: tuple[float, float] | None = None
    at_edge: bool = False
    kept: float | None = None
    beside: dict[int, float] = field(default_factory=dict)
    taken: dict[int, float] = field(default_factory=dict)


class Shapes:
    """Looks at the masks of frames, one after the other."""

    def __init__(self) -> None:
        self._before: tuple[int, Ids] | None = None

    def of(self, frame: int, ids: Ids, objects: Collection[int]) -> dict[int, Shape]:
        """Shapes of some objects.

        Args:
            frame: its index; with the one right before it, motion is looked at.
            ids: (H, W), 0 background.
            objects: ids, of masks or none.
        """
        step = max(1, min(ids.shape) // _SIDE)
        small = ids[::step, ::step]
        before = None
        if self._before is not None and self._before[0] == frame - 1:
            before = self._before[1]
        if before is not None and before.shape != small.shape:
            before = None
        self._before = frame, small
        beside = _beside(small)
        return {ident: _shape(small, before, ident, step, beside) for ident in objects}


def _shape(ids: Ids, before: Ids | None, ident: int, step: int, beside: NDArray[np.int64]) -> Shape:
    mask = ids == ident
    count = int(np.count_nonzero(mask))
    if not count:
        return Shape(0.0)
    rows, columns = mask.any(axis=1), mask.any(axis=0)
    ys, xs = mask.sum(axis=1) @ np.arange(len(rows)), mask.sum(axis=0) @ np.arange(len(columns))
    kept, taken = None, dict[int, float]()
    if before is not None:
        shared = np.bincount(before[mask], minlength=256)
        was = int(np.count_nonzero(before == ident))
        if was:
            kept = float(shared[ident] / (was + count - shared[ident]))
        others = [i for i in np.flatnonzero(shared).tolist() if i not in (0, ident)]
        taken = {other: float(shared[other] / count) for other in others}
    outline = int(beside[ident].sum())
    neighbours = [i for i in np.flatnonzero(beside[ident]).tolist() if i != 0]
    return Shape(
        float(count * step * step),
        (float(ys / count * step), float(xs / count * step)),
        bool(rows[0] or rows[-1] or columns[0] or columns[-1]),
        kept,
        {other: float(beside[ident, other] / outline) for other in neighbours},
        taken,
    )


def _beside(ids: Ids) -> NDArray[np.int64]:
    """(256, 256) how often an id is right beside another one, across or down; 0 for itself."""
    counts = np.zeros((256, 256), np.int64)
    for one, other in ((ids[:, :-1], ids[:, 1:]), (ids[:-1], ids[1:])):
        differs = one != other
        np.add.at(counts, (one[differs], other[differs]), 1)
    return counts + counts.T
