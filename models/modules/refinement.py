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
from models.functional.alignment import near_positions, recompose
from models.functional.belief import above_floor, at_most
from models.functional.resampling import spread_out
from models.modules.base_features import FrameFeatures
from models.modules.blocks import ResidualBlock, projector, upsample
from models.modules.descriptor import (
    FrameDescriptor,
    Reference,
    Witnesses,
    from_blocks,
    split_levels,
    stack_levels,
    to_blocks,
)
from models.modules.ridge_template import MAPS, RidgeTemplate

_INITIAL_ALPHA = 15.0
_BESIDE = 2
"""Cells at stride 4 around a coarse mask that still agree with it."""
_NOTHING = 0.02
"""What aligned masks hold of an object where there is none of it."""
_INITIAL_REACH = (64.0, 8.0)
"""Standard deviation, in stride-16 cells, of the first and the previous frame's locality."""
_FIRST, _PREVIOUS = 0, 1
"""Whose locality."""
_ROUNDED = 0.01
"""What masks of objects beside each other may be above 1 together by rounding."""
_CELLS_AT_ONCE = 2**17
"""Cells at stride 4, of all objects together, that are refined at once: 64 MiB, and as fast as
all at once."""


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A reference recomposed at the current frame's positions.

    levels: f16, f8 and f4, each (1, C, H, W). masks: (K, H, W) at stride 4, of the reference's
    objects. whole: (HW, 16) blocks of what all objects of its frame cover together. likeness:
    where the refinement takes it, (1, 1, H, W) at stride 16, the cosine between the current key
    and the recomposed one: low where the reference has nothing that explains the position, so that
    its masks there mean little.
    """

    levels: list[Tensor]
    masks: Tensor
    whole: Tensor
    likeness: Tensor | None


class RefineBlock(nn.Module):
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
        ridge: int = 0,
    ) -> None:
        super().__init__()
        self.skip = nn.Conv2d(features, width, 3, padding=1, bias=False)
        self.mask = nn.Conv2d(masks, width, 3, padding=1, bias=False)
        self.other = nn.Conv2d(masks, width, 3, padding=1, bias=False) if others else None
        if self.other is not None:
            # Weights that were trained without it go on as they were.
            nn.init.zeros_(self.other.weight)
        self.ridge = nn.Conv2d(ridge, width, 3, padding=1, bias=False) if ridge else None
        if self.ridge is not None:
            nn.init.zeros_(self.ridge.weight)
        self.before = nn.Conv2d(before, width, 1, bias=False) if before else None
        self.norm = nn.GroupNorm(groups, width)
        self.residual = ResidualBlock(width, groups)
        self.deeper = nn.Sequential(*(ResidualBlock(width, groups) for _ in range(depth - 1)))

    def shared(self, features: Sequence[Tensor], every: Tensor | None) -> Tensor:
        """What objects share: (1, width, H, W).

        Args:
            features: (1, C, H, W) each.
            every: (1, M, H, W) the masks of all together; None where none is told of the others.
        """
        kernel = self.skip.weight
        if every is not None and self.other is not None:
            features, kernel = [*features, every], torch.cat([kernel, self.other.weight], dim=1)
        stacked = torch.cat(list(features), dim=1).contiguous(memory_format=torch.channels_last)
        return F.conv2d(stacked, kernel, padding=1)

    def forward(
        self,
        shared: Tensor,
        masks: Tensor,
        scores: Tensor | None,
        before: Tensor | None,
        *,
        told: bool = False,
    ) -> Tensor:
        """Refine O objects.

        A convolution of concatenated inputs is the sum of convolutions of each, so the objects
        share what does not depend on them.

        Args:
            shared: (1 or O, width, H, W), see the method.
            masks: (O, M, H, W) of each object; and where it is told of the others, (O, 2M, H, W)
                if they cover more than 1 anywhere: after its own, what is above.
            scores: (O, R, H, W).
            before: (O, B, H/2, W/2) the block before.
            told: whether it is; `shared` is told then, too.

        Returns:
            (O, width, H, W).
        """
        kernel = self.mask.weight
        if told and self.other is not None:
            # The others' is the sum of all, less the object's own and less what is above 1.
            less = -self.other.weight
            kernel = torch.cat([kernel + less, less], dim=1)[:, : masks.shape[1]]
        if self.ridge is not None and scores is not None:
            masks = torch.cat([masks, scores], dim=1)
            kernel = torch.cat([kernel, self.ridge.weight], dim=1)
        x = F.conv2d(masks, kernel, padding=1).add_(shared)
        if self.before is not None and before is not None:
            x.add_(upsample(self.before(before), 2))
        out: Tensor = self.deeper(self.residual(torch.relu_(self.norm(x))))
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
        # As one more, an object's scores by its regressions, and those of the others together.
        self.ridge = RidgeTemplate() if config.ridge else None
        scores = 2 * MAPS * config.ridge
        at16 = 3 * c16 + 2 * self.likeness
        self.block16 = RefineBlock(
            at16, 3 * 16, 0, w16, d16, groups, others=others, ridge=4 * scores
        )
        self.block8 = RefineBlock(3 * c8, 3 * 4, w16, w8, d8, groups, others=others, ridge=scores)
        self.block4 = RefineBlock(3 * c4, 3, w8, w4, d4, groups, others=others)
        self.head = nn.Conv2d(w4, 2, 1)

    def describe(self, features: FrameFeatures) -> FrameDescriptor:
        """Prepare a frame (a batch of one) for alignment."""
        projected: Tensor = self.projector(features.f16)
        key = F.normalize(projected[0].permute(1, 2, 0).flatten(0, 1), dim=1)
        cells = self.ridge.cells(features) if self.ridge is not None else None
        return FrameDescriptor(features, key, stack_levels(features), cells)

    def forward(
        self,
        current: FrameDescriptor,
        coarse: Tensor,
        firsts: Sequence[Reference],
        previous: Reference,
        witnesses: Sequence[Witnesses] = (),
        scores: Tensor | None = None,
    ) -> Tensor:
        """Refine coarse masks.

        Args:
            current: the frame.
            coarse: (O, H/4, W/4) in [0, 1].
            firsts: where objects were given; each object is of one of them.
            previous: the previous frame.
            witnesses: as an extension, memory frames. Where an object's aligned first mask holds
                more than these and the first frame together, it is believed that much less.
            scores: (O, 2, H/8, W/8) as another extension, see `RidgeTemplate`.

        Returns:
            (O, H/4, W/4) float32 logits of each object by itself, the difference of its two
            channels' before their softmax.
        """
        size = (current.features.f16.shape[-2], current.features.f16.shape[-1])
        queries = [self._queries(current.key, size, which) for which in (_FIRST, _PREVIOUS)]
        before = self._align(current.key, queries[_PREVIOUS], previous, _PREVIOUS, size)
        aligned = [self._align(current.key, queries[_FIRST], r, _FIRST, size) for r in firsts]
        place, order = _places(firsts, len(coarse))
        first_masks = _in_order([a.masks for a in aligned], order)
        for one in witnesses:
            believed = self._confirmed(
                first_masks[one.objects], aligned[one.first].whole, queries[_FIRST], one, size
            )
            first_masks = first_masks.index_copy(0, one.objects, believed)
        if self.first_floor:
            first_masks = self._believed(first_masks, before.masks, coarse)
        masks = torch.stack([coarse.to(before.masks.dtype), first_masks, before.masks], dim=1)
        told = self.others and (self.training or len(masks) > 1)  # there is nothing beside one
        every = masks.sum(0, keepdim=True) if told else None
        shared = self._shared(current.features, aligned, before, every)
        return self._refined(shared, place, masks, every, scores)

    def _queries(self, key: Tensor, size: tuple[int, int], which: int) -> Tensor:
        """(HW, CD or more) keys of the current frame as queries, sharp and near by."""
        queries = key * self.log_alpha.exp().to(key.dtype)
        if not self.locality:
            return queries
        near, _ = near_positions(size, self.log_reach[which].exp(), key.dtype)
        return torch.cat([queries, near], dim=1)

    def _keys(self, keys: Tensor, size: tuple[int, int], which: int) -> Tensor:
        """(R * HW, CD or more) keys of R frames, as `_queries` wants them."""
        if not self.locality:
            return keys
        _, near = near_positions(size, self.log_reach[which].exp(), keys.dtype)
        return torch.cat([keys, near.repeat(len(keys) // len(near), 1)], dim=1)

    def _align(
        self, key: Tensor, queries: Tensor, reference: Reference, which: int, size: tuple[int, int]
    ) -> _Aligned:
        blocks = to_blocks(reference.masks.to(key.dtype))
        whole = blocks.sum(1)
        own = blocks if reference.objects is None else blocks[:, reference.objects]
        parts = [reference.fine, own.flatten(1), whole]
        parts += [reference.key] if self.likeness else []
        keys = self._keys(reference.key, size, which)
        moved = recompose(queries, keys, torch.cat(parts, dim=1))
        fine, masks, whole, *projected = moved.split([part.shape[1] for part in parts], dim=1)
        likeness = [F.cosine_similarity(key, found, dim=1).view(1, 1, *size) for found in projected]
        return _Aligned(
            split_levels(fine, self.channels, size),
            from_blocks(masks, size),
            whole,
            likeness[0] if likeness else None,
        )

    def _confirmed(
        self,
        masks: Tensor,
        whole: Tensor,
        queries: Tensor,
        witnesses: Witnesses,
        size: tuple[int, int],
    ) -> Tensor:
        """Aligned masks of the first frame, less what the witnesses speak against.

        Args:
            masks: (K, H/4, W/4) of the objects that are asked about.
            whole: (HW, 16) what all objects of the first frame hold together.
            queries: (HW, CD or more) of the current frame.
        """
        blocks = to_blocks(masks)
        keys = self._keys(witnesses.keys, size, _FIRST)
        covered = witnesses.covered.to(keys.dtype)
        if keys.device.type == "cpu":
            # Most of a frame is far from any object: not to ask there saves most of the time.
            asked = (blocks.sum(1).amax(1) > _NOTHING).nonzero()[:, 0]
            found = recompose(queries[asked], keys, covered)
            limit = whole.index_copy(0, asked, found.to(whole.dtype))
        else:  # a GPU would be waited for, to learn how many positions there are
            limit = recompose(queries, keys, covered).to(whole.dtype)
        return from_blocks(at_most(blocks, limit[:, None], whole[:, None]), size)

    def _believed(self, first: Tensor, previous: Tensor, coarse: Tensor) -> Tensor:
        """The aligned masks of the first frame, less what is faint and nothing agrees with.

        The coarse masks agree, up to a few cells from them, and the aligned previous ones.

        Args:
            first, previous, coarse: (O, H/4, W/4).
        """
        near = spread_out(coarse, _BESIDE)
        agreeing = near.maximum(previous.to(near.dtype))
        return above_floor(first, agreeing, self.first_floor).to(first.dtype)

    def _shared(
        self,
        features: FrameFeatures,
        aligned: Sequence[_Aligned],
        before: _Aligned,
        every: Tensor | None,
    ) -> list[Tensor]:
        """For each block (A, width, H, W): what objects share, for A first frames.

        every: (1, 3, H/4, W/4) the masks of all; None where none is told of the others.
        """
        now = (features.f16, features.f8, features.f4)
        blocks = (self.block16, self.block8, self.block4)
        masks = (None, None, None) if every is None else _levels(every)
        shared = []
        for level, block in enumerate(blocks):
            each = []
            for first in aligned:
                parts = [now[level], first.levels[level], before.levels[level]]
                if level == 0 and first.likeness is not None and before.likeness is not None:
                    parts += [first.likeness, before.likeness]
                each.append(block.shared(parts, masks[level]))
            shared.append(torch.cat(each) if len(each) > 1 else each[0])
        return shared

    def _refined(
        self,
        shared: list[Tensor],
        place: Tensor | None,
        masks: Tensor,
        every: Tensor | None = None,
        scores: Tensor | None = None,
    ) -> Tensor:
        """Logits (O, H, W) from masks (O, 3, H, W) at stride 4, some objects at a time.

        Args:
            shared: see `_shared`.
            place: (O,) which of these is an object's; None where there is one for all.
            every: the masks' sum, where objects are told of the others.
            scores: (O, 2, H/2, W/2), or None.
        """
        if scores is not None:
            held = scores.clamp(0, 1)
            scores = torch.cat([scores, held.sum(0, keepdim=True) - held], dim=1).to(masks.dtype)
        count = max(1, _CELLS_AT_ONCE // max(1, masks[0, 0].numel()))
        blocks = (self.block16, self.block8, self.block4)
        if every is not None:
            # A GPU would be waited for, to learn whether anything is above 1.
            most = every - masks.amin(0, keepdim=True) if masks.device.type == "cpu" else None
            if most is None or bool((most > 1 + _ROUNDED).any()):
                masks = torch.cat([masks, (every - masks - 1).clamp_min(0)], dim=1)
        found = []
        for rows in torch.arange(len(masks), device=masks.device).split(count):
            chosen = slice(int(rows[0]), int(rows[-1]) + 1) if len(masks) > count else slice(None)
            levels = _levels(masks[chosen])
            score = _score_levels(scores[chosen] if scores is not None else None)
            own = shared if place is None else [s[place[chosen]] for s in shared]
            x: Tensor | None = None
            for block, *inputs in zip(blocks, own, levels, score, strict=True):
                x = block(*inputs, x, told=every is not None)
            channels = self.head(x).float()
            found.append(channels[:, 1] - channels[:, 0])
        return torch.cat(found) if len(found) > 1 else found[0]


def _places(firsts: Sequence[Reference], count: int) -> tuple[Tensor | None, Tensor | None]:
    """For each object which first reference is its, and where its mask is among all of theirs.

    None where one reference is all objects'.
    """
    if len(firsts) == 1 and firsts[0].objects is None:
        return None, None
    rows = [first.objects for first in firsts if first.objects is not None]
    order = torch.cat(rows)
    place = torch.cat([row.new_full((len(row),), i) for i, row in enumerate(rows)])
    back = torch.argsort(order)
    return (None if len(firsts) == 1 else place[back]), back


def _in_order(masks: list[Tensor], order: Tensor | None) -> Tensor:
    every = torch.cat(masks) if len(masks) > 1 else masks[0]
    return every if order is None else every[order]


def _score_levels(scores: Tensor | None) -> tuple[Tensor | None, Tensor | None, None]:
    """Scores (O, R, H, W) at stride 8 for strides 16 and 8; none are as fine as stride 4."""
    return (None if scores is None else F.pixel_unshuffle(scores, 2)), scores, None


def _levels(masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Masks (O, M, H, W) at stride 4 as blocks of cells for strides 16, 8 and 4."""
    masks = masks.contiguous(memory_format=torch.channels_last)
    return F.pixel_unshuffle(masks, 4), F.pixel_unshuffle(masks, 2), masks
