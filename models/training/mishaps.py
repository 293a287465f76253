"""Mishaps: what goes wrong in long videos, made to happen in short clips.

In a clip of four frames the references are nearly always right, and the refinement network
would learn to believe nothing else. Then an object that grows, turns or was lost once is never
found again, although the matcher has its coarse mask. So training spoils, now and then, what
one module gives to another, and the others learn to make up for it.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import box_iou

from models.functional.masks import mask_boxes
from models.modules.refinement import Reference
from models.proposals import Proposals


@dataclass(frozen=True)
class Mishaps:
    """How often each mishap happens, in [0, 1].

    previous: in a frame, the previous mask is incomplete, lost, displaced or has leaked.
    first: in a clip, the first mask shows a part of the object only.
    proposals: in a frame, the best proposals are missing.
    later: in a clip, the frames claim to be far from the first one, up to `latest` frames.
    """

    previous: float = 0.4
    first: float = 0.25
    proposals: float = 0.1
    later: float = 0.5
    latest: int = 150


def mislaid(reference: Reference) -> Reference:
    """Spoil the masks of a reference: half of the time incomplete, else worse."""
    draw = float(torch.rand(()))
    masks = reference.masks.detach()
    if draw < 0.5:
        return incomplete(reference)
    if draw < 0.65:
        masks = torch.zeros_like(masks)
    elif draw < 0.8:
        reach = max(1, masks.shape[-1] // 4)
        dy, dx = (int(v) for v in torch.randint(-reach, reach + 1, (2,)))
        masks = torch.roll(masks, (dy, dx), dims=(1, 2))
    else:
        center = torch.rand(2, len(masks), 1, 1) * torch.tensor(masks.shape[1:]).view(2, 1, 1, 1)
        ys, xs = _grid(masks)
        radius = _extent(masks) * (0.3 + 0.5 * torch.rand(len(masks), 1, 1))
        leak = (ys - center[0]).square() + (xs - center[1]).square() < radius.square()
        masks = masks.maximum(leak.to(masks.dtype))
    return Reference(reference.frame, masks)


def incomplete(reference: Reference) -> Reference:
    """Cut each object of a reference along a random line near its centre."""
    masks = reference.masks.detach()
    ys, xs = _grid(masks)
    weight = masks.sum((1, 2), keepdim=True).clamp_min(1e-6)
    cy, cx = (masks * ys).sum((1, 2), keepdim=True), (masks * xs).sum((1, 2), keepdim=True)
    angle = torch.rand(len(masks), 1, 1) * 2 * math.pi
    distance = angle.cos() * (xs - cx / weight) + angle.sin() * (ys - cy / weight)
    cut = _extent(masks) * 0.4 * (2 * torch.rand(len(masks), 1, 1) - 1)
    return Reference(reference.frame, masks * (distance > cut))


def without_best(proposals: Proposals, truth: Tensor) -> Proposals:
    """Take away the proposals whose boxes overlap an object's true extent by half or more.

    Args:
        truth: (O, H, W) masks at full size.
    """
    boxes, _ = mask_boxes(truth)
    return proposals[box_iou(boxes, proposals.boxes).amax(dim=0) < 0.5]


def _grid(masks: Tensor) -> tuple[Tensor, Tensor]:
    return torch.arange(masks.shape[1])[None, :, None], torch.arange(masks.shape[2])[None, None]


def _extent(masks: Tensor) -> Tensor:
    """Side of a square of each mask's area, in cells: (O, 1, 1)."""
    return masks.sum((1, 2), keepdim=True).sqrt()
