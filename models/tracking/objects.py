"""The one place where the user's object ids meet the network's tensor slots."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import InputError

Ids = NDArray[np.uint8]


class ObjectSlots:
    """Maps object ids (1 to 254, any order, gaps allowed) to slots 0..O-1 and back.

    Ids and slots never change once given; objects that appear later get the next slots.
    """

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._table = np.zeros(1, np.uint8)

    def fresh(self, mask: Ids) -> list[int]:
        """Ids of the objects of a first or a further mask, which have no slots yet.

        Raises:
            InputError: the mask holds no object, the id 255, or one that has a slot already.
        """
        found = [int(i) for i in np.unique(mask) if i]
        which = "a later" if self.ids else "the first"
        if not found:
            raise InputError(f"{which} mask holds no object: every pixel is background (0)")
        if found[-1] > 254:
            raise InputError(f"{which} mask holds the id 255; objects may have the ids 1 to 254")
        known = sorted(set(found) & set(self.ids))
        if known:
            raise InputError(
                f"a later mask holds object {', '.join(map(str, known))}, which is followed "
                "already; give the new objects only, and 0 elsewhere"
            )
        return found

    def add(self, ids: list[int]) -> None:
        """Give the next slots to these ids, see `fresh`."""
        self.ids += ids
        self._table = np.array([0, *self.ids], np.uint8)

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def to_slots(mask: Ids, size: tuple[int, int], ids: list[int]) -> Tensor:
        """Split an id mask into (O, H, W) soft masks of `size` (H, W), in [0, 1].

        Args:
            mask: (H, W) ids.
            size: of the result.
            ids: of the objects, in the order of their slots.
        """
        height, width = size
        shrinks = height * width < mask.size
        mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        planes = [
            cv2.resize((mask == i).astype(np.float32), (width, height), interpolation=mode)
            for i in ids
        ]
        return torch.from_numpy(np.stack(planes))

    def to_ids(self, slots: Tensor) -> Ids:
        """Turn an (H, W) map of 0 (background) and slot + 1 into ids."""
        return self._table[slots.cpu().numpy()]
