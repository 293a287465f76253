"""DMN-AOA: the five modules and how one frame goes through them (paper, Figure 2)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from models.config import ModelConfig, ProposalSource
from models.errors import InputError
from models.functional.belief import near_anchors
from models.functional.masks import (
    disagreeing,
    downsample_masks,
    grow_boxes,
    iou,
    mask_boxes,
    of_own_peak,
    pairwise_iou,
    paste_masks,
    pool_own_regions,
    pool_regions,
    where_present,
)
from models.functional.ridge import Evidence
from models.modules.base_features import STRIDES, BaseFeatureExtractor, FrameFeatures
from models.modules.click_head import ClickHead
from models.modules.descriptor import FrameDescriptor
from models.modules.external_proposals import ExternalProposals
from models.modules.lite_proposals import LiteProposalGenerator
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.modules.matcher import AlignedMatcher, Match
from models.modules.refinement import MaskRefinementNetwork
from models.modules.template import DynamicMemoryNetwork
from models.proposals import ObjectProposalGenerator, Origin, Proposals
from models.tracking.frames import RememberedFrame, RememberedFrames
from models.utils.clock import Clock

MASK_STRIDE = 4
"""Masks inside the network have a cell for every 4x4 pixels."""

_MASK_SIZE = 28
"""Side of the masks decoded from templates where no proposals set it."""

_DISAGREEMENT = 0.5
"""IoU with the previous mask that a proposal loses where the template's mask is against it."""

_UNSEEN = 0.09
"""IoU with the previous mask that a candidate lacks, beyond having none, while an object is away:
in another scene only what is very much like it is taken for it."""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What the network found in one frame.

    logits: (O, H/4, W/4) of each object by itself, log(p / (1 - p)), before aggregation;
    infinities allowed.
    coarse: (O, H/4, W/4) coarse masks in [0, 1].
    match: the matcher's result, None without matcher or without any candidate.
    pasted: (N, H/4, W/4) soft masks of the proposals.
    template_logits: (O, S, S) masks decoded from the templates, over `query_boxes`.
    template_pasted: (O, H/4, W/4) the same, pasted, where they are candidates.
    query_boxes: (O, 4).
    """

    logits: Tensor
    coarse: Tensor
    match: Match | None
    pasted: Tensor
    template_logits: Tensor | None
    template_pasted: Tensor | None
    query_boxes: Tensor


@dataclass(frozen=True, slots=True)
class NewFrame:
    """A frame about to be remembered.

    frame: without `present`. present: (O,) bool, on the network's device. boxes: (O, 4) where each
    object was last seen, in pixels.
    """

    frame: RememberedFrame
    present: Tensor
    boxes: Tensor


class DMNAOA(nn.Module):
    """The whole network for one video at a time; objects are the batch."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.bfe = BaseFeatureExtractor(config)
        self.opg = _own_generator(config, self.bfe.raw_channels)
        self.otg = DynamicMemoryNetwork(config)
        self.am = AlignedMatcher(config)
        self.mrn = MaskRefinementNetwork(config)
        self.clicks: ClickHead | None = None
        self._register_load_state_dict_pre_hook(self._expect_click_head)

    @property
    def may_click(self) -> bool:
        """Whether the backbone has the maps that a click head reads, to stride 32."""
        return len(self.bfe.raw_channels) >= 4

    def add_click_head(self) -> None:
        """Add the head that makes masks of clicks, untrained and frozen; weights may bring one.

        Raises:
            InputError: the backbone's maps end before stride 32.
        """
        if not self.may_click:
            raise InputError(
                "the click head reads the backbone to stride 32, which only models with lite "
                "proposals have; use --model lite"
            )
        self.clicks = ClickHead(self.bfe.raw_channels).requires_grad_(False)

    def _expect_click_head(self, state: dict[str, Tensor], prefix: str, *_: object) -> None:
        """A head is there if the weights have one, whatever they are loaded into."""
        if self.clicks is None and any(key.startswith(f"{prefix}clicks.") for key in state):
            self.add_click_head()

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects in (B, 3, H, W) frames; none without matcher (A5)."""
        if not self.config.use_matcher:
            return [Proposals.empty(_MASK_SIZE, frames.device) for _ in frames]
        generator: ObjectProposalGenerator = self.opg  # type: ignore[assignment]
        return generator.propose(frames, features, origin)

    def describe(self, features: FrameFeatures, clock: Clock) -> FrameDescriptor:
        """Prepare a frame (a batch of one) for the other methods, once for all objects."""
        with clock.measure("MRN"):
            if self.config.use_refinement:
                return self.mrn.describe(features)
        return FrameDescriptor(
            features, *features.f16.new_zeros(2, 0, 0)
        )  # nothing is aligned (A6)

    @property
    def stride(self) -> int:
        """Frames from one that is kept to the next; a training clip's are apart already."""
        return 1 if self.training else self.config.memory_stride

    def segment(
        self,
        frame: FrameDescriptor,
        proposals: Proposals,
        past: RememberedFrames,
        time: int,
        clock: Clock,
    ) -> FrameResult:
        """Segment a frame.

        The caller aggregates the logits and hands the masks to `remember`.

        Args:
            frame, proposals: of the frame.
            past: what is remembered of O objects.
            time: of the frame.
        """
        config, features = self.config, frame.features
        query_boxes = grow_boxes(past.boxes, config.roi_context)
        template_logits: Tensor | None = None
        template_pasted: Tensor | None = None
        with clock.measure("OTG"):
            # One call pools what is compared with templates, and what they are read for.
            regions = grow_boxes(proposals.boxes, config.roi_context)
            pooled = self._pool(features, torch.cat([regions, query_boxes]))
            candidates, queries = pooled.split([len(regions), len(query_boxes)])
            memory = past.template_memory(config)
            templates = self.otg(queries, memory, time, past.offsets(time))
            if config.template_proposal or not config.use_matcher:
                template_logits = self.otg.decode_masks(templates, proposals.masks.shape[-1])
        with clock.measure("AM"):
            grid = self._grid(features)
            pasted = paste_masks(proposals.masks, proposals.boxes, *grid, MASK_STRIDE)
            if template_logits is not None:
                soft = torch.sigmoid(template_logits)
                template_pasted = paste_masks(soft, query_boxes, *grid, MASK_STRIDE)
            coarse, match = self._match(
                templates, candidates, queries, pasted, template_pasted, past
            )
        with clock.measure("MRN"):
            logits = self._refine(frame, coarse, past)
        return FrameResult(
            logits, coarse, match, pasted, template_logits, template_pasted, query_boxes
        )

    def _scores(self, frame: FrameDescriptor, past: RememberedFrames) -> Tensor | None:
        """(O, 2, H/8, W/8) by the objects' regressions, where there are any."""
        evidence = past.evidence()
        if self.mrn.ridge is None or frame.cells is None or evidence is None:
            return None
        scores: Tensor = self.mrn.ridge(frame.cells, *evidence)
        return scores

    def _refine(self, frame: FrameDescriptor, coarse: Tensor, past: RememberedFrames) -> Tensor:
        """(O, H/4, W/4) logits from coarse masks."""
        config = self.config
        if config.use_refinement:
            logits: Tensor = self.mrn(
                frame,
                coarse,
                past.firsts(),
                past.previous_reference(),
                past.witnesses(config.refine_memory) if config.refine_memory else (),
                self._scores(frame, past),
            )
        else:
            logits = torch.logit(coarse.float(), eps=1e-7)
        if config.guard and not self.training:
            # An object that matched nothing is looked for near where it was.
            anchors = where_present(coarse, past.previous_masks)
            logits = near_anchors(logits, anchors, config.guard)
        if any(past.away):
            _, matched = mask_boxes(coarse)
            lost = torch.tensor(past.away, device=coarse.device) & ~matched
            logits = logits.masked_fill(lost[:, None, None], -math.inf)
        return logits

    def _grid(self, features: FrameFeatures) -> tuple[int, int]:
        """Cells of a mask inside the network: height, width."""
        height, width = features.size
        return height // MASK_STRIDE, width // MASK_STRIDE

    def _match(
        self,
        templates: Tensor,
        candidates: Tensor,
        queries: Tensor,
        pasted: Tensor,
        template_pasted: Tensor | None,
        past: RememberedFrames,
    ) -> tuple[Tensor, Match | None]:
        """Coarse masks (O, H/4, W/4), and the match behind them.

        Args:
            templates: (O, C, S, S).
            candidates: (N, C, S, S) features of the proposals.
            queries: (O, C, S, S) features where the templates' masks are.
            pasted: (N, H/4, W/4). template_pasted: (O, H/4, W/4), or None.
            past: what is remembered.
        """
        previous = past.previous_masks
        if not self.config.use_matcher:  # one decoded mask for each object
            assert template_pasted is not None
            return template_pasted, None
        if template_pasted is None and not len(pasted):
            return torch.zeros_like(previous), None
        overlap = pairwise_iou(previous, pasted)
        own: Tensor | None = None
        if template_pasted is not None:
            if self.config.template_agreement and not self.training:
                against = disagreeing(pasted, template_pasted, self.config.template_agreement)
                if any(past.away):  # nobody knows where to look for the template's mask
                    against = against & ~torch.tensor(past.away, device=against.device)[:, None]
                overlap = overlap - _DISAGREEMENT * against
            own = queries
            overlap = torch.cat([overlap, iou(previous, template_pasted)[:, None]], dim=1)
        if any(past.away):
            overlap = overlap - _UNSEEN * overlap.new_tensor(past.away)[:, None]
        match = self.am(templates, candidates, own, overlap)
        weights = match.assignment
        coarse = torch.einsum("on,nhw->ohw", weights[:, : len(pasted)], pasted)
        if template_pasted is not None:
            coarse = coarse + weights[:, -1, None, None] * template_pasted
        return coarse.clamp(0, 1), match

    def begin(self, frame: FrameDescriptor, masks: Tensor, clock: Clock) -> RememberedFrames:
        """Take the first frame and its (O, H, W) masks in [0, 1], all of them a person's."""
        every = tuple(range(len(masks)))
        small = downsample_masks(masks, MASK_STRIDE)
        return self.remember(None, frame, small, 0, clock, keyframe=every)

    def remember(
        self,
        past: RememberedFrames | None,
        frame: FrameDescriptor,
        masks: Tensor,
        time: int,
        clock: Clock,
        *,
        keyframe: Sequence[int] = (),
        sure: Sequence[int] = (),
    ) -> RememberedFrames:
        """Remember a frame, and forget what will not be looked at again.

        Args:
            past: what is remembered, of the first objects of these; None before the first frame.
            frame: just segmented or given.
            masks: (O, H/4, W/4) in [0, 1], aggregated.
            time: of the frame.
            keyframe: rows of the objects whose mask a person gave: from now on they are looked for
                from here.
            sure: rows of further objects that are there however little they cover.
        """
        new = self.encode(past, frame, masks, time, clock, keyframe=keyframe, sure=sure)
        return self.committed(past, new, new.present.tolist(), keyframe)

    def encode(
        self,
        past: RememberedFrames | None,
        frame: FrameDescriptor,
        masks: Tensor,
        time: int,
        clock: Clock,
        *,
        keyframe: Sequence[int] = (),
        sure: Sequence[int] = (),
    ) -> NewFrame:
        """The part of `remember` that computes, and waits for nothing."""
        features, config = frame.features, self.config
        given = {*keyframe}
        with clock.measure("OTG"):
            seen = masks.detach()
            if certain := sorted(given | {*sure}):
                seen = seen.clone()
                seen[certain] = of_own_peak(seen[certain])
            boxes, present = mask_boxes(seen)
            boxes = boxes * MASK_STRIDE
            if past is not None:
                known = torch.cat([past.boxes, boxes.new_zeros(len(masks) - len(past), 4)])
                boxes = torch.where(present[:, None], boxes, known)
            offsets = torch.tensor(
                [
                    0 if row in given or past is None else abs(time - past.anchors[row])
                    for row in range(len(masks))
                ],
                device=masks.device,
            )
            looked = self._memory_boxes(boxes, features)
            entry = self.otg.remember(
                self._pool(features, looked),
                pool_own_regions(masks, looked, MASK_STRIDE, config.roi_size),
                offsets,
            )
        with clock.measure("MRN"):
            evidence = self._evidence(frame, masks)
        marks = tuple(row in given for row in range(len(masks)))
        stored = RememberedFrame(
            time, (), marks, masks, frame.key, frame.look(), frame.fine, entry, evidence
        )
        return NewFrame(stored, present, boxes)

    def _evidence(self, frame: FrameDescriptor, masks: Tensor) -> Evidence | None:
        ridge, cells = self.mrn.ridge, frame.cells
        return None if ridge is None or cells is None else ridge.evidence(cells, masks)

    def misled(self, past: RememberedFrames, frame: FrameDescriptor) -> RememberedFrames:
        """With regressions that take the previous frame's masks as they are now, for training.

        Args:
            past: with masks in its previous frame that were changed after it was remembered.
            frame: the previous one.
        """
        *before, previous = past.frames
        if previous.time in past.anchors:  # a person's mask is right
            return past
        previous = replace(previous, evidence=self._evidence(frame, previous.masks))
        return replace(past, frames=(*before, previous))

    def committed(
        self,
        past: RememberedFrames | None,
        new: NewFrame,
        present: Sequence[bool],
        keyframe: Sequence[int],
    ) -> RememberedFrames:
        """What is remembered with a new frame, now that it is known which objects are in sight."""
        frame, given = new.frame.seen(present), {*keyframe}
        before = past.anchors if past is not None else ()
        anchors = tuple(frame.time if row in given else before[row] for row in range(len(frame)))
        frames = past.frames if past is not None else ()
        away = past.away if past is not None else ()
        away = (*away, *(False,) * (len(frame) - len(away)))
        lost = tuple(gone and not here for gone, here in zip(away, present, strict=True))
        whole = RememberedFrames((*frames, frame), anchors, new.boxes, frame.time, lost)
        return whole.forgotten(self.config, self.stride)

    def _memory_boxes(self, boxes: Tensor, features: FrameFeatures) -> Tensor:
        """Where the memory encoder looks: at the objects, or at the whole frame (A4)."""
        if self.config.object_memory:
            return grow_boxes(boxes, self.config.roi_context)
        height, width = features.size
        return boxes.new_tensor([[0, 0, width, height]]).expand(len(boxes), 4)

    def _pool(self, features: FrameFeatures, boxes: Tensor) -> Tensor:
        """RoI features (N, C, S, S) of boxes in pixels."""
        levels = [
            pool_regions(getattr(features, level)[0], boxes, STRIDES[level], self.config.roi_size)
            for level in self.config.object_levels
        ]
        return torch.cat(levels, dim=1)


def _own_generator(config: ModelConfig, raw_channels: list[int]) -> nn.Module:
    """The proposal generator that is part of the model's weights."""
    match config.proposals:
        case ProposalSource.LITE:
            return LiteProposalGenerator(config, raw_channels)
        case ProposalSource.EXTERNAL:
            return ExternalProposals()
        case _:
            return MaskRCNNProposalGenerator(config)
