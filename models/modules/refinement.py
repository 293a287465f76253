"""Mask refinement network (MRN, RefineNet; paper, section 3.1).

The references' features and masks are aligned towards the current frame in the manner
of the adaptive object alignment. Correspondences are found once, at stride 16; what is
finer travels along, as the block of cells below each stride-16 position. They do not depend
on the objects, so only the masks' share of the work grows with the number of objects.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.config import ModelConfig
from models.functional.alignment import cosine, recompose, sharpen, translate
from models.functional.belief import above_floor, at_most
from models.modules.base_features import FrameFeatures
from models.modules.blocks import ResidualBlock, projector, upsample
from models.modules.references import Alignable, Earlier, Reference

_INITIAL_ALPHA = 15.0
_BESIDE = 2
"""Cells at stride 4 around a coarse mask that still agree with it."""
_NOTHING = 0.02
"""What aligned masks hold of an object where there is none of it."""
_INITIAL_REACH = (64.0, 8.0)
"""Standard deviation, in stride-16 cells, of the first and the previous frame's locality."""


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A reference recomposed at the current frame's positions.

    fine: (1, C, H, W) features. masks: (O, 16, H, W) blocks of cells. likeness: where the
    refinement takes it, one of (1, 1, H, W), the cosine between the current key and the
    recomposed one: low where the reference has nothing that explains the position, so that its
    masks there mean little.
    """

    fine: Tensor
    masks: Tensor
    likeness: list[Tensor]


class _RefineBlock(nn.Module):
    """One block: current and reference features once, masks and the block before per object."""

    def __init__(
        self,
        features: int,
        masks: int,
        before: int,
        width: int,
        depth: int,
        groups: int,
        *,
        others: bool = False,
    ) -> None:
        super().__init__()
        self.skip = nn.Conv2d(features, width, 3, padding=1, bias=False)
        self.mask = nn.Conv2d(masks, width, 3, padding=1, bias=False)
        self.other = nn.Conv2d(masks, width, 3, padding=1, bias=False) if others else None
        if self.other is not None:
            # Weights that were trained without it go on as they were.
            nn.init.zeros_(self.other.weight)
        self.before = nn.Conv2d(before, width, 1, bias=False) if before else None
        self.norm = nn.GroupNorm(groups, width)
        self.residual = ResidualBlock(width, groups)
        self.deeper = nn.Sequential(*(ResidualBlock(width, groups) for _ in range(depth - 1)))

    def forward(
        self, features: Tensor, masks: Tensor, before: Tensor | None, others: Tensor | None = None
    ) -> Tensor:
        """Features (1, C, H, W), masks and others (O, M, H, W), before (O, B, H/2, W/2).

        Returns:
            (O, width, H, W).
        """
        # A convolution of concatenated inputs is the sum of convolutions of each,
        # so the objects share what does not depend on them.
        x = self.skip(features) + self.mask(masks)
        if self.other is not None and others is not None:
            x = x + self.other(others)
        if self.before is not None and before is not None:
            x = x + upsample(self.before(before), 2)
        out: Tensor = self.deeper(self.residual(torch.relu(self.norm(x))))
        return out


class MaskRefinementNetwork(nn.Module):
    """Three refinement blocks over coarse masks and aligned references."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c4, c8, c16 = config.base_channels
        w4, w8, w16 = config.refine_channels
        d4, d8, d16 = config.refine_depth
        groups = config.norm_groups
        self.channels = config.base_channels
        self.projector = projector(c16, config.projection_channels, config.projection_channels)
        self.log_alpha = nn.Parameter(torch.tensor(math.log(_INITIAL_ALPHA)))
        self.locality = config.locality
        self.log_reach = nn.Parameter(torch.tensor(_INITIAL_REACH).log())
        # Three masks (coarse, first, previous), each a block of cells at stride 4.
        # Features of three frames; as an extension, how well each reference explains this one.
        self.likeness = config.likeness
        self.first_floor = config.first_floor
        # As another extension, the same three masks of the other objects together.
        self.others = others = config.others
        at16 = 3 * c16 + 2 * self.likeness
        self.block16 = _RefineBlock(at16, 3 * 16, 0, w16, d16, groups, others=others)
        self.block8 = _RefineBlock(3 * c8, 3 * 4, w16, w8, d8, groups, others=others)
        self.block4 = _RefineBlock(3 * c4, 3, w8, w4, d4, groups, others=others)
        self.head = nn.Conv2d(w4, 2, 1)

    def alignable(self, features: FrameFeatures) -> Alignable:
        """Prepare a frame (a batch of one) for alignment."""
        fine = [features.f16, F.pixel_unshuffle(features.f8, 2), F.pixel_unshuffle(features.f4, 4)]
        key: Tensor = self.projector(features.f16)
        return Alignable(features, key[0].flatten(1), torch.cat(fine, dim=1)[0].flatten(1))

    def _align(
        self, key: Tensor, reference: Reference, which: int, size: tuple[int, int]
    ) -> _Aligned:
        penalty = self._penalty(which, size, key.device)
        weights = sharpen(cosine(key, reference.frame.key), self.log_alpha.exp(), penalty)
        blocks = F.pixel_unshuffle(reference.masks[:, None], 4)
        cells = blocks.flatten(0, 1).flatten(1).to(key.dtype)
        frame = reference.frame
        parts = [frame.fine, cells, *([frame.key] if self.likeness else [])]
        moved = translate(weights, torch.cat(parts)).unflatten(1, size)
        fine, masks, *projected = moved.split([len(part) for part in parts])
        likeness = [
            F.cosine_similarity(key.unflatten(1, size), there, dim=0)[None, None]
            for there in projected
        ]
        return _Aligned(fine[None], masks.unflatten(0, blocks.shape[:2]), likeness)

    def _penalty(self, which: int, size: tuple[int, int], device: torch.device) -> Tensor | None:
        """(HW, HW) what correspondences with the first or the previous frame lose by distance."""
        if not self.locality:
            return None
        reach = self.log_reach[which].exp()
        return _squared_distances(size, device) / (2 * reach * reach)

    def _confirmed(
        self, masks: Tensor, key: Tensor, first: Reference, earlier: Sequence[Earlier]
    ) -> Tensor:
        """The aligned masks of the first frame, less what earlier frames speak against.

        Args:
            masks: (O, 16, H, W) blocks of cells.
            key: (CD, HW) of the current frame.
        """
        frames = [Earlier.of(first), *earlier]
        keys = torch.stack([frame.key for frame in frames], dim=1)
        cells = torch.stack([frame.covered for frame in frames], dim=1).to(key.dtype)
        limit = masks.sum(0).flatten(1)
        # Most of a frame is far from any object: nothing is asked there, which saves most time.
        there = (limit.amax(0) > _NOTHING).nonzero()[:, 0]
        penalty = self._penalty(0, (masks.shape[2], masks.shape[3]), key.device)
        found = recompose(
            key[:, there],
            keys,
            cells,
            self.log_alpha.exp(),
            None if penalty is None else penalty[there],
        )
        limit = limit.index_copy(1, there, found.to(limit.dtype))
        return at_most(masks, limit.view(masks.shape[1:]))

    def _believed(self, first: Tensor, previous: Tensor, coarse: Tensor) -> Tensor:
        """The aligned masks of the first frame, less what is faint and nothing agrees with.

        The coarse masks agree, up to a few cells from them, and the aligned previous ones.

        Args:
            first, previous: (O, 16, H, W) blocks of cells.
            coarse: (O, 4H, 4W).
        """
        side = 2 * _BESIDE + 1
        near = F.max_pool2d(coarse[:, None], side, stride=1, padding=_BESIDE)
        whole, before = F.pixel_shuffle(first, 4), F.pixel_shuffle(previous, 4)
        agreeing = near.maximum(before.to(near.dtype))
        found = above_floor(whole[:, 0], agreeing[:, 0], self.first_floor)
        return F.pixel_unshuffle(found[:, None], 4).to(first.dtype)

    def forward(
        self,
        current: Alignable,
        coarse: Tensor,
        first: Reference,
        previous: Reference,
        earlier: Sequence[Earlier] = (),
    ) -> Tensor:
        """Refine coarse masks.

        Args:
            current: the frame, from `alignable`.
            coarse: (O, H/4, W/4) in [0, 1].
            first, previous: the references.
            earlier: as an extension, memory frames. Where the first frame's aligned masks hold more
                than these and the first frame together, they are believed that much less.

        Returns:
            (O, H, W) probabilities, each the object's share of its own 2-channel softmax.
        """
        c4, c8, c16 = self.channels
        features = current.features
        size = (features.f16.shape[-2], features.f16.shape[-1])
        key = current.key
        aligned = [self._align(key, r, i, size) for i, r in enumerate((first, previous))]
        # Masks as blocks of 4x4 cells: (O, 3, 16, H/16, W/16).
        blocks = F.pixel_unshuffle(coarse[:, None], 4).to(key.dtype)
        first_masks, previous_masks = (a.masks for a in aligned)
        if earlier:
            first_masks = self._confirmed(first_masks, key, first, earlier)
        if self.first_floor:
            first_masks = self._believed(first_masks, previous_masks, coarse)
        masks = torch.stack([blocks, first_masks, previous_masks], dim=1)
        levels = [a.fine.split([c16, 4 * c8, 16 * c4], dim=1) for a in aligned]
        likeness = [map for a in aligned for map in a.likeness]
        at16 = torch.cat([features.f16, *(level[0] for level in levels), *likeness], dim=1)
        at8 = torch.cat([features.f8, *(F.pixel_shuffle(level[1], 2) for level in levels)], dim=1)
        at4 = torch.cat([features.f4, *(F.pixel_shuffle(level[2], 4) for level in levels)], dim=1)

        own = _levels(masks)
        other = _levels(_of_others(masks)) if self.others else (None, None, None)
        x = self.block16(at16, own[0], None, other[0])
        x = self.block8(at8, own[1], x, other[1])
        x = self.block4(at4, own[2], x, other[2])
        logits = upsample(self.head(x).float(), 4)
        return torch.softmax(logits, dim=1)[:, 1]


def _of_others(masks: Tensor) -> Tensor:
    """(O, ...) what the other objects cover together, at most 1, from masks of each."""
    return (masks.sum(0, keepdim=True) - masks).clamp(0, 1)


def _levels(masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Masks (O, 3, 16, H, W) as blocks of cells for strides 16, 8 and 4."""
    fine = F.pixel_shuffle(masks, 4).flatten(1, 2)
    return masks.flatten(1, 2), F.pixel_unshuffle(fine, 2), fine


def _squared_distances(size: tuple[int, int], device: torch.device) -> Tensor:
    """(HW, HW) squared distances between the positions of a grid, in cells."""
    ys = torch.arange(size[0], device=device, dtype=torch.float32)
    xs = torch.arange(size[1], device=device, dtype=torch.float32)
    dy = (ys[:, None] - ys[None]).square()
    dx = (xs[:, None] - xs[None]).square()
    return (dy[:, None, :, None] + dx[None, :, None, :]).flatten(2).flatten(0, 1)
