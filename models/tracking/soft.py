"""Soft masks as they are kept: a byte for each cell of an object, from which any frame follows."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_STEPS = 36.0
"""Levels for each unit of asinh(logit): 0.03 logits apart at a mask's edge, 0.4 where it is sure,
so that 127 of them reach as far as `functional.aggregation.LIMIT`."""
_LOGITS = torch.sinh(torch.arange(-128, 128, dtype=torch.float64) / _STEPS).float()

Levels = NDArray[np.int8]


def levels_of(logits: Tensor) -> Tensor:
    """Round logits, infinities allowed, to int8 levels; 0 stays 0, where a mask's edge is."""
    return torch.asinh(logits.float()).mul_(_STEPS).round_().clamp_(-127, 127).to(torch.int8)


def logits_of(levels: Tensor) -> Tensor:
    """What `levels_of` rounded to, in float32."""
    return _LOGITS.to(levels.device)[levels.long() + 128]


@dataclass(frozen=True, slots=True)
class SoftMasks:
    """How likely each object is where, each by itself, before they compete for pixels.

    ids: of the objects. levels: (O, H/4, W/4) int8, see `levels_of`, of the padded frame inside the
    network.
    """

    ids: tuple[int, ...]
    levels: Levels

    def row(self, ident: int) -> Levels | None:
        """(H/4, W/4) levels of an object; None if it is not among these."""
        return self.levels[self.ids.index(ident)] if ident in self.ids else None

    def of(self, ident: int) -> Tensor | None:
        """(H/4, W/4) logits of an object; None if it is not among these."""
        row = self.row(ident)
        return None if row is None else logits_of(torch.from_numpy(row))
