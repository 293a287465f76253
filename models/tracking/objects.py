"""The one place where the user's object ids meet the network's rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import InputError

Ids = NDArray[np.uint8]
_MOST = 254


@dataclass(frozen=True, slots=True)
class TrackedObjects:
    """Object ids (1 to 254, any order, gaps allowed) and the rows 0..O-1 that stand for them.

    ids: of the objects that are followed, in the order of their rows. dropped: ids that were
    followed once. Never changed: a step makes a new one.
    """

    ids: tuple[int, ...] = ()
    dropped: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: Collection[int]) -> list[int]:
        """Rows of some of the objects, rising."""
        return [row for row, ident in enumerate(self.ids) if ident in ids]

    def named_in(self, mask: Ids) -> list[int]:
        """Ids in the first or a further mask, rising.

        Raises:
            InputError: the mask holds no object, the id 255, or one that was dropped.
        """
        found = [int(i) for i in np.unique(mask) if i]
        which = "a later" if self.ids or self.dropped else "the first"
        if not found:
            raise InputError(f"{which} mask holds no object: every pixel is background (0)")
        if found[-1] > _MOST:
            raise InputError(f"{which} mask holds the id 255; objects may have the ids 1 to 254")
        if gone := sorted(self.dropped.intersection(found)):
            raise InputError(
                f"a later mask holds object {_listed(gone)}, which was dropped; give another id to "
                "what begins now"
            )
        return found

    def joined_by(self, ids: Sequence[int]) -> Self:
        """With the new ones among these ids in the next rows."""
        return replace(self, ids=(*self.ids, *(i for i in ids if i not in self.ids)))

    def without(self, ids: Collection[int]) -> Self:
        """Without objects that end; the others move up.

        Raises:
            InputError: one of them is not followed.
        """
        if unknown := sorted({*ids} - {*self.ids}):
            followed = _listed(sorted(self.ids)) if self.ids else "none"
            raise InputError(
                f"object {_listed(unknown)} cannot be dropped: it is not followed (followed: "
                f"{followed})"
            )
        kept = tuple(ident for ident in self.ids if ident not in ids)
        return replace(self, ids=kept, dropped=self.dropped | {*ids})

    def to_ids(self, winner: Tensor) -> Ids:
        """Turn an (H, W) map of 0 (background) and row + 1 into ids."""
        return np.array([0, *self.ids], np.uint8)[winner.cpu().numpy()]


def id_planes(mask: Ids, size: tuple[int, int], ids: Sequence[int]) -> Tensor:
    """Split an id mask into (O, H, W) soft masks of `size` (H, W), in [0, 1].

    Args:
        mask: (H, W) ids.
        size: of the result.
        ids: of the objects, in the order of the result.
    """
    height, width = size
    shrinks = height * width < mask.size
    mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    planes = [
        cv2.resize((mask == i).astype(np.float32), (width, height), interpolation=mode) for i in ids
    ]
    return torch.from_numpy(np.stack(planes))


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))
