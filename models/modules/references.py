"""Frames as the mask refinement network aligns them: the current one and those of the past."""

from dataclasses import dataclass
from typing import Self

import torch.nn.functional as F
from torch import Tensor

from models.modules.base_features import FrameFeatures


@dataclass(frozen=True, slots=True)
class Alignable:
    """A frame ready to be aligned, as current frame or as reference.

    features: a batch of one.
    key: (CD, HW) projected f16, H and W at stride 16.
    fine: (C, HW) f16 and the blocks of f8 and f4 below it.
    """

    features: FrameFeatures
    key: Tensor
    fine: Tensor


@dataclass(frozen=True, slots=True)
class Reference:
    """A past frame with its objects: masks (O, 4H, 4W), probabilities in [0, 1] at stride 4."""

    frame: Alignable
    masks: Tensor


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the refinement keeps of a memory frame.

    key: (CD, HW). covered: (16, HW) blocks of cells at stride 4, in [0, 1]: what all objects
    together cover.
    """

    key: Tensor
    covered: Tensor

    @classmethod
    def of(cls, reference: Reference) -> Self:
        """Keep of a reference what is needed."""
        whole = reference.masks.sum(0, keepdim=True)
        return cls(reference.frame.key, F.pixel_unshuffle(whole, 4).flatten(1))
