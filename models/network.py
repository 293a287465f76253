"""DMN-AOA: the five modules and how one frame goes through them (paper, Figure 2)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.config import MemoryPolicy, ModelConfig, ProposalSource
from models.functional.belief import near_anchors
from models.functional.masks import (
    disagreeing,
    downsample_masks,
    grow_boxes,
    mask_boxes,
    of_own_peak,
    pairwise_iou,
    paste_masks,
    pool_own_regions,
    pool_regions,
    where_present,
)
from models.modules.base_features import STRIDES, BaseFeatureExtractor, FrameFeatures
from models.modules.blocks import upsample
from models.modules.external_proposals import ExternalProposals
from models.modules.lite_proposals import LiteProposalGenerator
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.modules.matcher import AlignedMatcher, Match
from models.modules.references import Alignable, Reference
from models.modules.refinement import MaskRefinementNetwork
from models.modules.template import DynamicMemoryNetwork
from models.proposals import ObjectProposalGenerator, Origin, Proposals
from models.tracking.memory_bank import MemoryBank, spread
from models.tracking.video_state import VideoState
from models.utils.clock import Clock

MASK_STRIDE = 4
"""Masks inside the network have a cell for every 4x4 pixels."""

_MASK_SIZE = 28
"""Side of the masks decoded from templates where no proposals set it."""

_DISAGREEMENT = 0.5
"""IoU with the previous mask that a proposal loses where the template's mask is against it."""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What the network found in one frame.

    probabilities: (O, H, W) in [0, 1], before aggregation.
    coarse: (O, H/4, W/4) coarse masks in [0, 1].
    match: the matcher's result, None without matcher or without any proposal.
    pasted: (N, H/4, W/4) soft masks of what was matched.
    template_logits: (O, S, S) masks decoded from the templates, over `query_boxes`.
    query_boxes: (O, 4).
    """

    probabilities: Tensor
    coarse: Tensor
    match: Match | None
    pasted: Tensor
    template_logits: Tensor | None
    query_boxes: Tensor


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

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects in (B, 3, H, W) frames; none without matcher (A5)."""
        if not self.config.use_matcher:
            return [Proposals.empty(_MASK_SIZE, frames.device) for _ in frames]
        generator: ObjectProposalGenerator = self.opg  # type: ignore[assignment]
        return generator.propose(frames, features, origin)

    def alignable(self, features: FrameFeatures, clock: Clock) -> Alignable:
        """Prepare a frame (a batch of one) for the other methods, once for all objects."""
        with clock.measure("MRN"):
            if self.config.use_refinement:
                return self.mrn.alignable(features)
        return Alignable(features, *features.f16.new_zeros(2, 0))  # nothing is aligned (A6)

    def begin(self, frame: Alignable, masks: Tensor, clock: Clock) -> VideoState:
        """Take the first frame and its (O, H, W) masks in [0, 1]."""
        small = downsample_masks(masks, MASK_STRIDE)
        reference = Reference(frame, small)
        state = VideoState(self._bank(), reference, reference, masks.new_zeros(len(masks), 4))
        self.memorize(state, frame, small, clock, given=True)
        return state

    def _bank(self) -> MemoryBank:
        c = self.config
        # A fixed template is the first frame's, whatever else could be read.
        policy = c.memory_policy if c.use_dmn else MemoryPolicy.FIRST
        return MemoryBank(policy, self._stride, c.memory_max)

    @property
    def _stride(self) -> int:
        """Frames from one that is kept to the next; a training clip's are apart already."""
        return 1 if self.training else self.config.memory_stride

    def segment(
        self, frame: Alignable, proposals: Proposals, state: VideoState, clock: Clock
    ) -> FrameResult:
        """Segment the next frame.

        The caller aggregates the probabilities and hands them to `memorize`.
        """
        config, features = self.config, frame.features
        state.offset += 1
        query_boxes = grow_boxes(state.boxes, config.roi_context)
        template_logits: Tensor | None = None
        with clock.measure("OTG"):
            queries = self._pool(features, query_boxes)
            templates = self.otg(queries, state.memory.read(), state.offset)
            if config.template_proposal or not config.use_matcher:
                template_logits = self.otg.decode_masks(templates, proposals.masks.shape[-1])
        with clock.measure("AM"):
            regions = grow_boxes(proposals.boxes, config.roi_context)
            boxes, masks = proposals.boxes, proposals.masks
            if template_logits is not None:
                boxes = torch.cat([boxes, query_boxes])
                masks = torch.cat([masks, torch.sigmoid(template_logits)])
                regions = torch.cat([regions, query_boxes])
            pasted = paste_masks(masks, boxes, *self._grid(features), MASK_STRIDE)
            coarse, match = self._match(features, templates, pasted, regions, state)
        with clock.measure("MRN"):
            if config.use_refinement:
                probabilities = self.mrn(
                    frame,
                    coarse,
                    state.first,
                    state.previous,
                    spread(state.earlier, config.refine_memory),
                )
            else:
                probabilities = upsample(coarse[None], MASK_STRIDE)[0]
            if config.guard and not self.training:
                # An object that matched nothing is looked for near where it was.
                anchors = where_present(coarse, state.previous.masks)
                probabilities = near_anchors(probabilities, anchors, config.guard)
        return FrameResult(probabilities, coarse, match, pasted, template_logits, query_boxes)

    def _grid(self, features: FrameFeatures) -> tuple[int, int]:
        """Cells of a mask inside the network: height, width."""
        height, width = features.size
        return height // MASK_STRIDE, width // MASK_STRIDE

    def _match(
        self,
        features: FrameFeatures,
        templates: Tensor,
        pasted: Tensor,
        regions: Tensor,
        state: VideoState,
    ) -> tuple[Tensor, Match | None]:
        """Coarse masks, and the match behind them, from (N, H/4, W/4) masks in N regions."""
        if not self.config.use_matcher:  # one decoded mask for each object
            return pasted, None
        if not len(pasted):
            return pasted.new_zeros(len(templates), *self._grid(features)), None
        overlap = pairwise_iou(state.previous.masks, pasted)
        if self.config.template_agreement and self.config.template_proposal and not self.training:
            # The masks decoded from the templates come last, one for each object.
            own, proposed = pasted[-len(templates) :], pasted[: -len(templates)]
            against = disagreeing(proposed, own, self.config.template_agreement)
            overlap[:, : len(proposed)] -= _DISAGREEMENT * against
        match = self.am(templates, self._pool(features, regions), overlap)
        return torch.einsum("on,nhw->ohw", match.assignment, pasted).clamp(0, 1), match

    def memorize(
        self,
        state: VideoState,
        frame: Alignable,
        masks: Tensor,
        clock: Clock,
        *,
        given: bool = False,
    ) -> None:
        """Remember the frame just segmented with its (O, H/4, W/4) aggregated probabilities.

        given: the masks are annotations, so that an object is there however little it covers.
        """
        features, config = frame.features, self.config
        if config.refine_memory:
            state.keep_previous(config.memory_policy, self._stride, config.memory_max)
        state.previous = Reference(frame, masks)
        with clock.measure("OTG"):
            boxes, present = mask_boxes(of_own_peak(masks) if given else masks.detach())
            state.boxes = torch.where(present[:, None], boxes * MASK_STRIDE, state.boxes)
            boxes = self._memory_boxes(state.boxes, features)
            entry = self.otg.remember(
                self._pool(features, boxes),
                pool_own_regions(masks, boxes, MASK_STRIDE, config.roi_size),
                present,
                state.offset,
            )
            state.memory.write(entry)

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
