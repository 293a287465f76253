"""Mishaps: what goes wrong in long videos, made to happen in short clips.

In a clip of four frames the references are nearly always right, and the refinement network
would learn to believe nothing else. Then an object that grows, turns or was lost once is never
found again, although the matcher has its coarse mask. So training spoils, now and then, what
one module gives to another, and the others learn to make up for it. How often is the recipe's:

previous: in a frame, the previous mask is incomplete, lost, displaced, or has leaked onto a
    thing or onto a patch of ground beside the object.
taken: in a frame, the previous mask of an object has a part of another one's, which lacks it.
first: in a clip, the first mask shows a part of the object only.
astray: in a clip, the first mask takes in clouds, a thing or a patch of ground, as its
    correspondences do when it is long ago. Else, as the one mask that is never wrong, it would be
    believed against the previous and the coarse mask together.
proposals: in a frame, the best proposals are missing.
later: in a clip, the frames claim to be far from the first one, up to `latest` frames.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import box_iou

from models.functional.masks import mask_boxes, pairwise_iou
from models.proposals import Proposals

_ALL_TAKEN = 0.3
"""Share of the objects that lose a part to another one which lose all of their mask."""


def mislaid(masks: Tensor, others: Tensor) -> Tensor:
    """Spoil the masks of a reference: incomplete, leaked, blotted, displaced or lost.

    Args:
        masks: (O, H/4, W/4) in [0, 1], which stay as they are.
        others: (N, H/4, W/4) soft masks of things in the same frame, to leak onto.
    """
    draw = float(torch.rand(()))
    masks = masks.detach()
    if draw < 0.3:
        return incomplete(masks)
    if draw < 0.55:
        return leaked(masks, others)
    if draw < 0.8:
        return blotted(masks)
    if draw < 0.88:
        masks = torch.zeros_like(masks)
    else:
        masks = torch.roll(masks, _anywhere(masks, 4), dims=(1, 2))
    return masks


def incomplete(masks: Tensor) -> Tensor:
    """Cut each of (O, H/4, W/4) masks along a random line near its centre."""
    masks = masks.detach()
    ys, xs = _grid(masks)
    weight = masks.sum((1, 2), keepdim=True).clamp_min(1e-6)
    cy, cx = (masks * ys).sum((1, 2), keepdim=True), (masks * xs).sum((1, 2), keepdim=True)
    angle = _random(masks) * 2 * math.pi
    distance = angle.cos() * (xs - cx / weight) + angle.sin() * (ys - cy / weight)
    cut = _extent(masks) * 0.4 * (2 * _random(masks) - 1)
    return masks * (distance > cut)


def taken(masks: Tensor) -> Tensor:
    """Give an object what is on one side of a line through another one, which loses it.

    Some of the time it is all of it. With one object nothing changes.

    Args:
        masks: (O, H/4, W/4) in [0, 1], which stay as they are.
    """
    masks = masks.detach()
    if len(masks) < 2:
        return masks
    taker, loser = (int(i) for i in torch.randperm(len(masks))[:2])
    kept = masks[loser : loser + 1]
    kept = torch.zeros_like(kept) if torch.rand(()) < _ALL_TAKEN else incomplete(kept)
    spoilt = masks.clone()
    spoilt[taker] += masks[loser] - kept[0]
    spoilt[loser] = kept[0]
    return spoilt.clamp(0, 1)


def leaked(masks: Tensor, others: Tensor) -> Tensor:
    """Add to each object a thing of the frame that is not part of it."""
    masks = masks.detach()
    apart = (pairwise_iou(masks, others) < 0.1) & (_inside(others, masks) < 0.2)
    spoilt = masks.clone()
    for mask, candidates in zip(spoilt, apart, strict=True):
        found = candidates.nonzero()[:, 0]
        if len(found):
            leak = others[found[int(torch.randint(len(found), ()))]]
            mask.copy_(mask.maximum((leak > 0.5).to(mask.dtype)))
    return spoilt


def blotted(masks: Tensor) -> Tensor:
    """Add an elliptical patch to each object, at its edge or beside it."""
    masks = masks.detach()
    ys, xs = _grid(masks)
    extent, weight = _extent(masks), masks.sum((1, 2), keepdim=True).clamp_min(1e-6)
    angle = _random(masks) * 2 * math.pi
    distance = extent * (0.4 + 0.6 * _random(masks))
    dy = ys - (masks * ys).sum((1, 2), keepdim=True) / weight - angle.sin() * distance
    dx = xs - (masks * xs).sum((1, 2), keepdim=True) / weight - angle.cos() * distance
    turn = _random(masks) * math.pi
    along, across = (extent * (0.15 + 0.4 * _random(masks)) for _ in range(2))
    u, v = turn.cos() * dx + turn.sin() * dy, turn.cos() * dy - turn.sin() * dx
    patch = (u / along.clamp_min(1)).square() + (v / across.clamp_min(1)).square() < 1
    seen = masks.amax((1, 2), keepdim=True) > 0.5
    return masks.maximum((patch & seen).to(masks.dtype))


def astray(masks: Tensor, others: Tensor) -> Tensor:
    """Let masks take in what is not the object: clouds, a thing, a patch, its shape again.

    Args:
        masks: (O, H/4, W/4) in [0, 1].
        others: (N, H/4, W/4) soft masks of things in the same frame.
    """
    draw = float(torch.rand(()))
    if draw < 0.6:
        return clouded(masks)
    if draw < 0.75:
        return leaked(masks, others)
    if draw < 0.85:
        return blotted(masks)
    masks = masks.detach()
    again = torch.roll(masks, _anywhere(masks), dims=(1, 2))
    return masks.maximum(again)


def clouded(masks: Tensor) -> Tensor:
    """Add faint clouds of stride-16 cells to each object that is seen: vague correspondences."""
    masks = masks.detach()
    height, width = masks.shape[1:]
    fine = torch.rand(len(masks), 1, math.ceil(height / 4), math.ceil(width / 4))
    wide = F.interpolate(torch.rand(len(masks), 1, 4, 6), fine.shape[2:], mode="bilinear")
    cells = fine * (wide > 0.5) * (0.3 + 0.6 * torch.rand(len(masks), 1, 1, 1))
    cloud = F.interpolate(cells, scale_factor=4)[:, 0, :height, :width].to(masks)
    seen = masks.amax((1, 2), keepdim=True) > 0.5
    return masks.maximum(cloud * seen)


def without_best(proposals: Proposals, truth: Tensor) -> Proposals:
    """Take away the proposals whose boxes overlap an object's true extent by half or more.

    Args:
        proposals: N of the frame.
        truth: (O, H, W) in [0, 1], masks in pixels of the frame inside the model.

    Returns:
        The others, in the same order.
    """
    boxes, _ = mask_boxes(truth)
    return proposals[box_iou(boxes, proposals.boxes).amax(dim=0) < 0.5]


def _inside(others: Tensor, masks: Tensor) -> Tensor:
    """Share of each of N things that lies in each of O masks: (O, N)."""
    things = (others > 0.5).flatten(1).float()
    return masks.flatten(1) @ things.T / things.sum(1).clamp_min(1)


def _anywhere(masks: Tensor, part: int = 2) -> tuple[int, int]:
    """A random displacement in cells, of up to a `part` of the width each way."""
    reach = max(1, masks.shape[-1] // part)
    dy, dx = (int(v) for v in torch.randint(-reach, reach + 1, (2,)))
    return dy, dx


def _grid(masks: Tensor) -> tuple[Tensor, Tensor]:
    ys = torch.arange(masks.shape[1], device=masks.device)
    xs = torch.arange(masks.shape[2], device=masks.device)
    return ys[None, :, None], xs[None, None]


def _random(masks: Tensor) -> Tensor:
    """A number in [0, 1) for each mask, drawn on the CPU so that every device draws alike."""
    return torch.rand(len(masks), 1, 1).to(masks.device)


def _extent(masks: Tensor) -> Tensor:
    """Side of a square of each mask's area, in cells: (O, 1, 1)."""
    return masks.sum((1, 2), keepdim=True).sqrt()
