"""Object proposals of one frame, whatever made them."""

from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor

from models.modules.base_features import FrameFeatures


@dataclass(frozen=True, slots=True)
class Proposals:
    """Up to N class-agnostic object proposals of one frame, best first.

    boxes: (N, 4) as (x0, y0, x1, y1) in pixels of the frame inside the model.
    masks: (N, S, S) soft masks in [0, 1], each relative to its box.
    scores: (N,) in [0, 1], not increasing.

    Raises:
        ValueError: the three parts do not fit together.
    """

    boxes: Tensor
    masks: Tensor
    scores: Tensor

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.boxes.shape != (count, 4) or self.masks.ndim != 3 or len(self.masks) != count:
            raise ValueError(
                f"proposals do not fit together: boxes {tuple(self.boxes.shape)}, "
                f"masks {tuple(self.masks.shape)}, scores {tuple(self.scores.shape)}"
            )

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, index: slice | Tensor) -> Self:
        return type(self)(self.boxes[index], self.masks[index], self.scores[index])

    def extended(self, other: "Proposals") -> "Proposals":
        """Append `other`, whose soft masks are of the same size."""
        return Proposals(
            torch.cat([self.boxes, other.boxes]),
            torch.cat([self.masks, other.masks]),
            torch.cat([self.scores, other.scores.minimum(self.scores[-1:])])
            if len(self)
            else other.scores,
        )

    @classmethod
    def empty(cls, size: int, device: torch.device | str = "cpu") -> Self:
        """No proposals, with soft masks of side `size`."""
        zeros = torch.zeros
        return cls(
            zeros(0, 4, device=device), zeros(0, size, size, device=device), zeros(0, device=device)
        )


class ObjectProposalGenerator(Protocol):
    """Anything that proposes objects (OPG): several frames in, one `Proposals` each out."""

    def propose(self, frames: Tensor, features: FrameFeatures) -> list[Proposals]:
        """Propose objects in (B, 3, H, W) RGB frames in [0, 1] with their base features."""
        ...
