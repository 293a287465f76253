"""Object proposals of one frame, whatever made them."""

from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor

from models.errors import InputError
from models.modules.base_features import FrameFeatures
from models.tracking.geometry import Geometry


@dataclass(frozen=True, slots=True)
class Proposals:
    """Up to N class-agnostic object proposals of one frame, best first.

    boxes: (N, 4) as (x0, y0, x1, y1) in pixels of the frame inside the model.
    masks: (N, S, S) soft masks in [0, 1], each relative to its box.
    scores: (N,) in [0, 1], not increasing.

    Raises:
        InputError: the three parts do not fit together, or hold values outside of these ranges.
            A generator of one's own gives such, and weights that are damaged.
    """

    boxes: Tensor
    masks: Tensor
    scores: Tensor

    def __post_init__(self) -> None:
        count = len(self.scores)
        shapes = self.boxes.shape == (count, 4) and self.scores.ndim == 1
        if not shapes or self.masks.ndim != 3 or len(self.masks) != count:
            raise InputError(
                f"proposals do not fit together: boxes {tuple(self.boxes.shape)}, masks "
                f"{tuple(self.masks.shape)}, scores {tuple(self.scores.shape)}; expected (N, 4), "
                "(N, S, S) and (N,)"
            )
        if count and not bool(self._sound()):
            raise InputError(
                "proposals need finite boxes with x0 <= x1 and y0 <= y1, masks and scores in "
                "[0, 1], and scores that do not increase. If a network made them, its weights are "
                "damaged or the number format is too narrow: try the precision fp32"
            )

    def _sound(self) -> Tensor:
        """One truth value, so that a GPU is waited for once. NaN fails every comparison."""
        boxes, masks, scores = self.boxes, self.masks, self.scores
        return (
            boxes.isfinite().all()
            & (boxes[:, 2:] >= boxes[:, :2]).all()
            & ((masks >= 0) & (masks <= 1)).all()
            & ((scores >= 0) & (scores <= 1)).all()
            & (scores[1:] <= scores[:-1]).all()
        )

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, index: slice | Tensor) -> Self:
        return type(self)(self.boxes[index], self.masks[index], self.scores[index])

    @classmethod
    def empty(cls, size: int, device: torch.device | str = "cpu") -> Self:
        """No proposals, with soft masks of side `size`."""
        zeros = torch.zeros
        return cls(
            zeros(0, 4, device=device), zeros(0, size, size, device=device), zeros(0, device=device)
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """What frames are outside of the model, for generators that look them up.

    names: of each frame, as its mask's file is called. geometry: of the video.
    """

    names: tuple[str, ...]
    geometry: Geometry


class ObjectProposalGenerator(Protocol):
    """Anything that proposes objects (OPG): several frames in, one `Proposals` each out.

    Each result keeps to the configured number of proposals, with boxes inside the frame.
    """

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects.

        Args:
            frames: (B, 3, H, W) RGB in [0, 1], of one size, padded.
            features: base features of the same frames.
            origin: where they come from; None in training.
        """
        ...
