"""How much of a mask to believe, before it becomes the reference of another frame."""

import math

import torch
from torch import Tensor

from models.functional.masks import INSIDE, grow_boxes, mask_boxes

_TINY = 1e-6


def near_anchors(logits: Tensor, anchors: Tensor, growth: float) -> Tensor:
    """Drop what lies far from an object's anchor, where the mask confirms the anchor.

    Args:
        logits: (O, H, W); above 0 is inside the mask.
        anchors: (O, H/s, W/s) coarse masks in [0, 1].
        growth: the anchor's box grows by this factor, above 0, about its centre.

    Returns:
        (O, H, W): minus infinity outside the grown box if the mask inside it covers at least a
        third of the anchor; unchanged otherwise, since the anchor may be wrong.
    """
    stride = logits.shape[2] // anchors.shape[2]
    boxes, present = mask_boxes(anchors)
    x0, y0, x1, y1 = grow_boxes(boxes * stride, growth)[:, :, None].unbind(dim=1)
    xs = torch.arange(logits.shape[2], device=logits.device) + 0.5
    ys = torch.arange(logits.shape[1], device=logits.device) + 0.5
    columns, rows = (xs > x0) & (xs < x1), (ys > y0) & (ys < y1)
    near = rows[:, :, None] & columns[:, None]
    area = (anchors > INSIDE).sum((1, 2)) * stride**2
    confirmed = ((logits > 0) & near).sum((1, 2)) * 3 >= area
    # A row and a column of zeros and infinities: a choice by a mask takes ten times as long.
    free = ~(present & confirmed)[:, None]
    below, beside = (torch.where(part | free, 0.0, -math.inf) for part in (rows, columns))
    return (logits + below[:, :, None]).add_(beside[:, None])


def at_most(masks: Tensor, limit: Tensor, whole: Tensor) -> Tensor:
    """Scale masks down where all objects together hold more than a limit; they keep their shares.

    Args:
        masks: (..., O, N) in [0, 1], of some or all of the objects.
        limit: (..., N) or what broadcasts to the masks, in [0, 1].
        whole: of the limit's shape: the sum of all objects' masks.

    Returns:
        The masks, scaled by limit / whole where that is below 1.
    """
    kept = limit.float() / whole.float().clamp_min(_TINY)
    return (masks.float() * kept.clamp_max(1)).to(masks.dtype)


def above_floor(masks: Tensor, agreeing: Tensor, floor: float) -> Tensor:
    """Take what is faint from masks, but for where something agrees with them.

    Faint is what all objects together hold little of: a position that is shared out among
    objects is nonetheless one of theirs. The sum is stretched from [floor, 1] to [0, 1], both as
    shares of its own peak, and the objects keep their shares of it.

    Args:
        masks: (O, H, W), their sum over the objects in [0, 1].
        agreeing: (O, H, W) in [0, 1]: where it is 1 a mask stays as it is; where it is less, it
            is the mean of itself and the stretched one, weighted by it.
        floor: in [0, 1).

    Returns:
        (O, H, W) float32, nowhere above `masks`.
    """
    whole = masks.float()
    total = whole.sum(0, keepdim=True)
    peak = total.amax((1, 2), keepdim=True)
    stretched = ((total - floor * peak) / (1 - floor)).clamp_min(0)
    kept = stretched / total.clamp_min(_TINY)
    return whole * torch.lerp(kept, torch.ones_like(kept), agreeing.float())
