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

    Ids never change once given; slots are an affair of the network.
    """

    def __init__(self, mask: Ids) -> None:
        """Take the objects of a first mask.

        Raises:
            InputError: the mask holds no object or the id 255.
        """
        self.ids = [int(i) for i in np.unique(mask) if i]
        if not self.ids:
            raise InputError("the first mask holds no object: every pixel is background (0)")
        if self.ids[-1] > 254:
            raise InputError("the first mask holds the id 255; objects may have the ids 1 to 254")
        self._table = np.array([0, *self.ids], np.uint8)

    def __len__(self) -> int:
        return len(self.ids)

    def to_slots(self, mask: Ids, size: tuple[int, int]) -> Tensor:
        """Split an id mask into (O, H, W) soft masks of `size` (H, W), in [0, 1]."""
        height, width = size
        shrinks = height * width < mask.size
        mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        planes = [
            cv2.resize((mask == i).astype(np.float32), (width, height), interpolation=mode)
            for i in self.ids
        ]
        return torch.from_numpy(np.stack(planes))

    def to_ids(self, slots: Tensor) -> Ids:
        """Turn an (H, W) map of 0 (background) and slot + 1 into ids."""
        return self._table[slots.cpu().numpy()]
