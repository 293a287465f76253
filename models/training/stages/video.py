"""Stage two: memory, matching and refinement, unrolled over a clip."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.clock import Clock
from models.functional.aggregation import soft_aggregate
from models.functional.masks import pairwise_iou, paste_masks, pool_regions
from models.network import DMNAOA, MASK_STRIDE, FrameResult, VideoState
from models.proposals import Proposals
from models.training.data.pairs import IGNORE
from models.training.samples.clip import Clip
from models.training.stages.losses import dice_loss, mask_cross_entropy, match_loss
from models.training.stages.mishaps import Mishaps, incomplete, mislaid, without_best


class VideoStage(nn.Module):
    """The network with backbone and proposals frozen."""

    def __init__(self, network: DMNAOA, mishaps: Mishaps | None = None) -> None:
        super().__init__()
        self.network = network
        self.mishaps = mishaps or Mishaps()
        network.bfe.backbone.requires_grad_(False)
        network.opg.requires_grad_(False)

    def train(self, mode: bool = True) -> "VideoStage":
        super().train(mode)
        self.network.opg.eval()
        return self

    def losses(self, clip: Clip) -> dict[str, Tensor]:
        """Unroll the network over a clip; mean losses over its frames but the first."""
        network, clock = self.network, Clock()
        frames = clip.frames.float() / 255
        truth = torch.stack([clip.ids == i + 1 for i in range(clip.objects)], dim=1).float()
        terms: list[dict[str, Tensor]] = []
        with torch.autocast("cpu", torch.bfloat16):
            features = network.bfe(frames)
            with torch.no_grad():
                proposals = network.propose(frames, features)
            state = network.begin(features[0], truth[0], clock)
            if torch.rand(()) < self.mishaps.later:
                state.offset = int(torch.randint(self.mishaps.latest, ()))
            if torch.rand(()) < self.mishaps.first:
                state.first = incomplete(state.first)
            for index in range(1, len(frames)):
                if torch.rand(()) < self.mishaps.previous:
                    state.previous = mislaid(state.previous, _pasted(proposals[index - 1], state))
                offered = proposals[index]
                if torch.rand(()) < self.mishaps.proposals:
                    offered = without_best(offered, truth[index])
                result = network.segment(features[index], offered, state, clock)
                logits = soft_aggregate(result.probabilities)
                merged = torch.softmax(logits, dim=0)[1:]
                terms.append(_frame_losses(result, logits, merged, clip.ids[index], truth[index]))
                small = F.avg_pool2d(merged[:, None], MASK_STRIDE)[:, 0]
                network.memorize(state, features[index], small, clock)
        return {name: torch.stack([t[name] for t in terms]).mean() for name in terms[0]}


def _pasted(proposals: Proposals, state: VideoState) -> Tensor:
    """Masks of all proposals on the grid of the references' masks: (N, H/4, W/4)."""
    height, width = state.first.masks.shape[1:]
    return paste_masks(proposals.masks, proposals.boxes, height, width, MASK_STRIDE)


def _frame_losses(
    result: FrameResult, logits: Tensor, merged: Tensor, ids: Tensor, truth: Tensor
) -> dict[str, Tensor]:
    valid = (ids != IGNORE).float()
    small = F.avg_pool2d(truth[:, None], MASK_STRIDE)[:, 0]
    zero = logits.sum() * 0
    losses = {
        "cross_entropy": mask_cross_entropy(logits, ids, hardest=0.4),
        "dice": dice_loss(merged, truth, valid),
        "coarse": 0.3 * dice_loss(result.coarse, small, F.max_pool2d(valid[None], MASK_STRIDE)[0]),
        "match": zero,
        "template": zero,
    }
    if result.match is not None:
        overlap = pairwise_iou(small, result.pasted)
        losses["match"] = 0.2 * match_loss(
            result.match.similarity, result.match.null_similarity, overlap.detach()
        )
    if result.template_logits is not None:
        size = result.template_logits.shape[-1]
        index = torch.arange(len(truth))
        target = pool_regions(truth, result.query_boxes, 1, size)[index, index]
        losses["template"] = 0.3 * F.binary_cross_entropy_with_logits(
            result.template_logits, target.clamp(0, 1)
        )
    return losses
