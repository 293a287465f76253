"""Losses of the video stage, as pure functions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.functional.masks import pool_own_regions
from models.training.data.pairs import IGNORE

_THIN = 7
"""Side of the square, in pixels, that does not fit into what is thin."""
_TEMPERATURE = 0.1
"""Similarities are divided by it before their softmax, since cosines differ by little."""


def mask_cross_entropy(
    logits: Tensor, ids: Tensor, hardest: float = 1.0, weights: Tensor | None = None
) -> Tensor:
    """Cross entropy of aggregated logits, over the hardest share of the pixels.

    Args:
        logits: (1 + O, H, W), background first.
        ids: (H, W), 255 ignored: such pixels are in no share and no mean.
        hardest: share of the pixels that counts (bootstrapping); 1.0 is the plain mean.
        weights: (H, W), what each pixel's is multiplied with.
    """
    loss = F.cross_entropy(logits[None], ids[None].long(), ignore_index=IGNORE, reduction="none")
    if weights is not None:
        loss = loss * weights
    flat = loss[0][ids != IGNORE]
    if not flat.numel():  # a mean of nothing is no number
        return loss.sum()
    return flat.topk(max(1, int(hardest * flat.numel()))).values.mean()


def thin_parts(truth: Tensor) -> Tensor:
    """What an opening takes from masks: lines, and parts that are narrower than its square.

    Args:
        truth: (O, H, W) in {0, 1}.

    Returns:
        (O, H, W) in {0, 1}.
    """
    eroded = -F.max_pool2d(-truth, _THIN, stride=1, padding=_THIN // 2)
    return truth - F.max_pool2d(eroded, _THIN, stride=1, padding=_THIN // 2)


def dice_loss(probabilities: Tensor, targets: Tensor, valid: Tensor) -> Tensor:
    """Mean over objects of 1 - 2 |P T| / (|P| + |T|).

    Args:
        probabilities, targets: (O, H, W) in [0, 1].
        valid: (H, W) in {0, 1}; pixels that count.
    """
    p, t = (probabilities * valid).flatten(1), (targets * valid).flatten(1)
    # A share of the pixels that count: those that do not would make every object look small.
    smooth = 1e-3 * valid.sum().clamp_min(1)
    return (1 - (2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth)).mean()


def match_loss(similarity: Tensor, null_similarity: Tensor | None, overlap: Tensor) -> Tensor:
    """Cross entropy between softened similarities and the proposals' overlap with the truth.

    An object that no proposal overlaps by half belongs to the null column, or is left out
    where there is none.

    Args:
        similarity: (O, N) in [-1, 1].
        null_similarity: () or None.
        overlap: (O, N) IoU of each proposal with each object's true mask.
    """
    good = torch.where(overlap >= 0.5, overlap.pow(4), 0)
    if null_similarity is not None:
        missed = (good.sum(1, keepdim=True) == 0).float()
        good = torch.cat([good, missed], dim=1)
        similarity = torch.cat([similarity, null_similarity.expand(len(similarity), 1)], dim=1)
    matched = good.sum(1) > 0
    if not matched.any():
        return similarity.sum() * 0
    target = good / good.sum(1, keepdim=True).clamp_min(1e-6)
    return F.cross_entropy(similarity[matched] / _TEMPERATURE, target[matched])


def template_loss(logits: Tensor, truth: Tensor, valid: Tensor, boxes: Tensor) -> Tensor:
    """Mean binary cross entropy of masks decoded from templates, over the cells that count.

    Args:
        logits: (O, S, S), each in its own box.
        truth: (O, H, W) in {0, 1}.
        valid: (H, W) in {0, 1}; pixels that count.
        boxes: (O, 4) in pixels.
    """
    size = logits.shape[-1]
    target = pool_own_regions(truth, boxes, 1, size).clamp(0, 1)
    counts = pool_own_regions(valid.expand_as(truth), boxes, 1, size).clamp(0, 1)
    loss = F.binary_cross_entropy_with_logits(logits, target, weight=counts, reduction="sum")
    return loss / counts.sum().clamp_min(1)
