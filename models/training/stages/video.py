"""Pretraining and main training: memory, matching and refinement, unrolled over a clip."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.clock import Clock
from models.functional.aggregation import soft_aggregate
from models.functional.masks import (
    downsample_masks,
    pairwise_iou,
    paste_masks,
)
from models.modules.references import Alignable
from models.network import DMNAOA, MASK_STRIDE, FrameResult
from models.proposals import Proposals
from models.training.data.pairs import IGNORE
from models.training.recipe import LossPart, MishapPart
from models.training.samples.clip import Clip
from models.training.stages.losses import (
    dice_loss,
    mask_cross_entropy,
    match_loss,
    template_loss,
)
from models.training.stages.mishaps import astray, incomplete, mislaid, taken, without_best
from models.video_state import VideoState


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
            views = [network.alignable(features[i], clock) for i in range(len(frames))]
            state = network.begin(views[0], truth[0], clock)
            self._spoil_start(state, proposals[0])
            for index in range(1, clip.given):
                self._give(state, views[index], truth[index], clock)
            for index in range(clip.given, len(frames)):
                if torch.rand(()) < self.mishaps.previous:
                    state.previous = mislaid(state.previous, _pasted(proposals[index - 1], state))
                if self.mishaps.taken and torch.rand(()) < self.mishaps.taken:
                    state.previous = taken(state.previous)
                offered = proposals[index]
                if torch.rand(()) < self.mishaps.proposals:
                    offered = without_best(offered, truth[index])
                result = network.segment(views[index], offered, state, clock)
                logits = soft_aggregate(result.probabilities)
                merged = torch.softmax(logits, dim=0)[1:]
                terms.append(self._losses(result, logits, merged, ids[index], truth[index]))
                small = downsample_masks(merged, MASK_STRIDE)
                network.memorize(state, views[index], small, clock)
        return {name: torch.stack([t[name] for t in terms]).mean() for name in terms[0]}

    def _spoil_start(self, state: VideoState, proposals: Proposals) -> None:
        if torch.rand(()) < self.mishaps.later:
            state.offset = int(torch.randint(self.mishaps.latest, ()))
        if torch.rand(()) < self.mishaps.first:
            state.first = incomplete(state.first)
        elif self.mishaps.astray and torch.rand(()) < self.mishaps.astray:
            state.first = astray(state.first, _pasted(proposals, state))

    def _give(self, state: VideoState, frame: Alignable, masks: Tensor, clock: Clock) -> None:
        """Go on to a further frame with its (O, H, W) masks."""
        state.offset += 1
        small = downsample_masks(masks, MASK_STRIDE)
        self.network.memorize(state, frame, small, clock, given=True)

    def _losses(
        self, result: FrameResult, logits: Tensor, merged: Tensor, ids: Tensor, truth: Tensor
    ) -> dict[str, Tensor]:
        """The losses with a weight, of one frame; the paper has the cross entropy alone."""
        weights = self.weights
        valid = (ids != IGNORE).float()
        small = downsample_masks(truth, MASK_STRIDE)
        zero = logits.sum() * 0
        losses = {"cross_entropy": mask_cross_entropy(logits, ids, hardest=weights.hardest)}
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


def _pasted(proposals: Proposals, state: VideoState) -> Tensor:
    """Masks of all proposals on the grid of the references' masks: (N, H/4, W/4)."""
    height, width = state.first.masks.shape[1:]
    return paste_masks(proposals.masks, proposals.boxes, height, width, MASK_STRIDE)
