"""Pretraining and main training: memory, matching and refinement, unrolled over a clip."""

from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.functional.aggregation import distribution, soft_aggregate
from models.functional.masks import (
    downsample_masks,
    iou,
    pairwise_iou,
    paste_masks,
)
from models.functional.resampling import enlarge
from models.modules.descriptor import FrameDescriptor
from models.network import DMNAOA, MASK_STRIDE, FrameResult
from models.proposals import Proposals
from models.tracking.frames import RememberedFrames
from models.training.data.pairs import IGNORE
from models.training.recipe import LossPart, MishapPart
from models.training.samples.clip import Clip
from models.training.stages.losses import (
    dice_loss,
    mask_cross_entropy,
    match_loss,
    template_loss,
    thin_parts,
)
from models.training.stages.mishaps import astray, incomplete, mislaid, taken, without_best
from models.utils.clock import Clock


class VideoStage(nn.Module):
    """The network with its proposals frozen, and its backbone too unless it is to learn.

    backbone_from: stride of the first stage of the backbone that learns; None is none.
    """

    def __init__(
        self,
        network: DMNAOA,
        losses: LossPart | None = None,
        mishaps: MishapPart | None = None,
        *,
        dtype: torch.dtype = torch.bfloat16,
        backbone_from: int | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.weights, self.mishaps = losses or LossPart(), mishaps or MishapPart()
        self.dtype = dtype
        network.bfe.let_learn(backbone_from)
        network.opg.requires_grad_(False)

    def train(self, mode: bool = True) -> "VideoStage":
        """Set the mode of everything but the proposal generator, which only proposes."""
        super().train(mode)
        self.network.opg.eval()
        return self

    def backbone_parameters(self) -> Iterator[nn.Parameter]:
        """Of the base features; a proposal generator's own backbone learns nothing here."""
        return self.network.bfe.backbone.parameters()

    def forward(self, clips: list[Clip]) -> dict[str, Tensor]:
        """Mean losses over clips; the network takes one after the other."""
        each = [self._unroll(clip) for clip in clips]
        return {name: torch.stack([one[name] for one in each]).mean() for name in each[0]}

    def _unroll(self, clip: Clip) -> dict[str, Tensor]:
        """Mean losses over a clip's frames but the first."""
        network, clock = self.network, Clock()
        device = network.bfe.mean.device
        frames, ids = clip.frames.to(device).float() / 255, clip.ids.to(device)
        truth = torch.stack([ids == i + 1 for i in range(clip.objects)], dim=1).float()
        terms: list[dict[str, Tensor]] = []
        mixed = self.dtype != torch.float32
        with torch.autocast(device.type, self.dtype if mixed else None, enabled=mixed):
            features = network.bfe(frames)
            with torch.no_grad():
                proposals = network.propose(frames, features)
            views = [network.describe(features[i], clock) for i in range(len(frames))]
            past, time = self._begun(views[0], truth[0], proposals[0], clock)
            for index in range(1, clip.given):
                time += 1
                past = self._given(past, views[index], truth[index], time, clock)
            for index in range(clip.given, len(frames)):
                if torch.rand(()) < self.mishaps.previous:
                    others = _pasted(proposals[index - 1], past)
                    past = past.with_masks(past.time, partial(mislaid, others=others))
                if self.mishaps.taken and torch.rand(()) < self.mishaps.taken:
                    past = past.with_masks(past.time, taken)
                past = network.misled(past, views[index - 1])
                offered = proposals[index]
                if torch.rand(()) < self.mishaps.proposals:
                    offered = without_best(offered, truth[index])
                time += 1
                result = network.segment(views[index], offered, past, time, clock)
                logits = soft_aggregate(enlarge(result.logits, views[index].features.size))
                merged = distribution(logits)
                terms.append(self._losses(result, logits, merged, ids[index], truth[index]))
                small = downsample_masks(merged, MASK_STRIDE)
                past = network.remember(past, views[index], small, time, clock)
        return {name: torch.stack([t[name] for t in terms]).mean() for name in terms[0]}

    def _begun(
        self, frame: FrameDescriptor, masks: Tensor, proposals: Proposals, clock: Clock
    ) -> tuple[RememberedFrames, int]:
        """The first frame with its (O, H, W) masks, perhaps spoilt, and what time it claims."""
        past, time = self.network.begin(frame, masks, clock), 0
        if torch.rand(()) < self.mishaps.later:
            time = int(torch.randint(self.mishaps.latest, ()))
        if torch.rand(()) < self.mishaps.first:
            past = past.with_masks(0, incomplete)
        elif self.mishaps.astray and torch.rand(()) < self.mishaps.astray:
            past = past.with_masks(0, partial(astray, others=_pasted(proposals, past)))
        return past, time

    def _given(
        self,
        past: RememberedFrames,
        frame: FrameDescriptor,
        masks: Tensor,
        time: int,
        clock: Clock,
    ) -> RememberedFrames:
        """A further frame with its (O, H, W) masks, as if they had been found: late in a video."""
        small = downsample_masks(masks, MASK_STRIDE)
        every = range(len(masks))
        return self.network.remember(past, frame, small, time, clock, sure=every)

    def _losses(
        self, result: FrameResult, logits: Tensor, merged: Tensor, ids: Tensor, truth: Tensor
    ) -> dict[str, Tensor]:
        """The losses with a weight, of one frame; the paper has the cross entropy alone."""
        weights = self.weights
        valid = (ids != IGNORE).float()
        small = downsample_masks(truth, MASK_STRIDE)
        zero = logits.sum() * 0
        counts = 1 + weights.thin * thin_parts(truth).amax(0) if weights.thin else None
        losses = {"cross_entropy": mask_cross_entropy(logits, ids, weights.hardest, counts)}
        if weights.dice:
            losses["dice"] = weights.dice * dice_loss(merged, truth, valid)
        if weights.coarse:
            reachable = F.max_pool2d(valid[None], MASK_STRIDE)[0]
            losses["coarse"] = weights.coarse * dice_loss(result.coarse, small, reachable)
        if weights.match:
            losses["match"] = zero
            if result.match is not None:
                known = downsample_masks(valid[None], MASK_STRIDE)
                overlap = pairwise_iou(small, result.pasted * known)
                if result.template_pasted is not None:
                    own = iou(small, result.template_pasted * known)
                    overlap = torch.cat([overlap, own[:, None]], dim=1)
                losses["match"] = weights.match * match_loss(
                    result.match.similarity, result.match.null_similarity, overlap.detach()
                )
        if weights.template:
            losses["template"] = zero
            if result.template_logits is not None:
                losses["template"] = weights.template * template_loss(
                    result.template_logits, truth, valid, result.query_boxes
                )
        return losses


def _pasted(proposals: Proposals, past: RememberedFrames) -> Tensor:
    """Masks of all proposals on the grid of the remembered masks: (N, H/4, W/4)."""
    height, width = past.previous.masks.shape[1:]
    return paste_masks(proposals.masks, proposals.boxes, height, width, MASK_STRIDE)
