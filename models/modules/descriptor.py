"""What the mask refinement network needs of frames: the current one and those of the past."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.modules.base_features import FrameFeatures

BLOCK = 4
"""Cells at stride 4 along one side of a position at stride 16."""


@dataclass(frozen=True, slots=True)
class FrameDescriptor:
    """A frame ready to be aligned, as the current frame or as a reference.

    features: a batch of one. The others have a row for each of the HW positions at stride 16:
    key: (HW, CD) normalized projection of f16, by which correspondences are found.
    fine: (HW, C) what travels along: f16, and the blocks of f8 and f4 below it.
    cells: (C, H/8, W/8), see `RidgeTemplate`; None without that extension.
    """

    features: FrameFeatures
    key: Tensor
    fine: Tensor
    cells: Tensor | None = None

    def look(self) -> Tensor:
        """(C,) of unit length: the frame as a whole, by which scenes are told apart.

        f16 tells different scenes from each other, keys tell that a scene is the same after a
        while; together they do both better than either.
        """
        whole = self.features.f16.float().mean((0, 2, 3)), self.key.float().mean(0)
        return F.normalize(torch.cat([F.normalize(part, dim=0) for part in whole]), dim=0)


@dataclass(frozen=True, slots=True)
class Reference:
    """R past frames with the masks of O objects; most often one.

    key, fine: see `FrameDescriptor`, with R * HW rows. masks: (O, R * H/4, W/4) in [0, 1], one
    frame's below the other's; zero where an object had not begun. objects: (K,) rows of the objects
    whose reference it is; None is all.
    """

    key: Tensor
    fine: Tensor
    masks: Tensor
    objects: Tensor | None = None


def joined(references: Sequence[Reference]) -> Reference:
    """One reference of all frames of several, 1 or more, of the same objects.

    A position of the current frame is explained by the likest of all of them, so that an object is
    known by what any of the frames shows of it.
    """
    if len(references) == 1:
        return references[0]
    return Reference(
        torch.cat([each.key for each in references]),
        torch.cat([each.fine for each in references]),
        torch.cat([each.masks for each in references], dim=1),
        references[0].objects,
    )


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Past frames that are asked whether objects are where their first frames say.

    objects: (K,) rows of the objects that are asked about. first: which of the first references is
    theirs. keys: (R * HW, CD) of R frames, the first ones among them. covered: (R * HW, 16), for
    each position its 4x4 cells: what all objects of the first frames cover there, in [0, 1].
    """

    objects: Tensor
    first: int
    keys: Tensor
    covered: Tensor


def to_blocks(cells: Tensor) -> Tensor:
    """Maps at stride 4 as blocks below the positions at stride 16.

    Args:
        cells: (N, H, W), H and W multiples of 4.

    Returns:
        (HW / 16, N, 16).
    """
    count, height, width = cells.shape
    split = cells.view(count, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return split.permute(1, 3, 0, 2, 4).reshape(-1, count, BLOCK * BLOCK)


def from_blocks(blocks: Tensor, size: tuple[int, int]) -> Tensor:
    """The inverse of `to_blocks`: (HW / 16, N, 16) to (N, H, W), of a grid of `size` positions."""
    height, width = size
    split = blocks.view(height, width, -1, BLOCK, BLOCK).permute(2, 0, 3, 1, 4)
    return split.reshape(-1, height * BLOCK, width * BLOCK)


def stack_levels(features: FrameFeatures) -> Tensor:
    """(HW, C) f16 and the blocks of f8 and f4 below each of its positions."""
    levels = (features.f16, features.f8, features.f4)
    return torch.cat([_gathered(level, 2**i) for i, level in enumerate(levels)], dim=1)


def split_levels(fine: Tensor, channels: Sequence[int], size: tuple[int, int]) -> list[Tensor]:
    """The inverse of `stack_levels`.

    Args:
        fine: (HW, C).
        channels: of f4, f8 and f16.
        size: (H, W) at stride 16.

    Returns:
        f16, f8 and f4, each (1, its channels, its height, its width).
    """
    c4, c8, c16 = channels
    height, width = size
    levels = []
    for index, (part, count) in enumerate(
        zip(fine.split([c16, 4 * c8, 16 * c4], dim=1), (c16, c8, c4), strict=True)
    ):
        side = 2**index
        split = part.reshape(height, width, side, side, count).permute(0, 2, 1, 3, 4)
        whole = split.reshape(1, height * side, width * side, count)
        levels.append(whole.permute(0, 3, 1, 2))
    return levels


def _gathered(level: Tensor, side: int) -> Tensor:
    """(1, C, H * side, W * side) to (HW, side * side * C), the channels of a cell together."""
    _, channels, height, width = level.shape
    last = level[0].permute(1, 2, 0)
    split = last.reshape(height // side, side, width // side, side, channels)
    return split.permute(0, 2, 1, 3, 4).reshape(-1, side * side * channels)
