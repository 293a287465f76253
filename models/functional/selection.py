"""Which of a detector's instances become proposals (paper, section 4.1; DMM-Net).

Boxes are (x0, y0, x1, y1) in pixels; soft masks are (N, S, S) in [0, 1], relative to their box.
"""

import torch
from torch import Tensor
from torchvision.ops import nms, roi_align

from models.functional.masks import mask_boxes

TIGHT = 0.4
"""A proposal's box is the tight box of its mask above this value (DMM-Net)."""

CUT_SIZE = 56
"""Cells along one side of a mask that is cut out of one of the whole frame."""

_FEWEST, _FOR_EACH = 100, 4


def instances_for(proposals: int) -> int:
    """How many of a detector's instances go on to the selection at least.

    As many as detectors usually give, and several for each proposal wanted, since one object is
    found in several classes.
    """
    return max(_FEWEST, _FOR_EACH * proposals)


def best(boxes: Tensor, scores: Tensor, overlap: float, limit: int) -> Tensor:
    """Indices of the best boxes, best first, whatever their class.

    Args:
        boxes: (N, 4). scores: (N,).
        overlap: of two boxes with a higher IoU the lower scored one is dropped.
        limit: how many are kept at most.
    """
    return nms(boxes.float(), scores.float(), overlap)[:limit]


def tighten(boxes: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Tight boxes of soft masks.

    Args:
        boxes: (N, 4). masks: (N, S, S) in [0, 1].

    Returns:
        boxes (N, 4), inside the given ones, around what exceeds `TIGHT`, and present (N,) bool:
        something does.
    """
    inner, present = mask_boxes(masks, TIGHT)
    cell = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2) / masks.shape[-1]
    return boxes[:, :2].repeat(1, 2) + inner * cell, present


def recut(masks: Tensor, boxes: Tensor, targets: Tensor) -> Tensor:
    """Resample soft masks relative to smaller boxes.

    Args:
        masks: (N, S, S) in [0, 1], relative to `boxes`.
        boxes: (N, 4).
        targets: (N, 4), each inside its box.

    Returns:
        (N, S, S) in [0, 1], relative to `targets`.
    """
    size = masks.shape[-1]
    if not len(masks):
        return masks
    scale = size / (boxes[:, 2:] - boxes[:, :2]).clamp_min(1e-6)
    inner = (targets - boxes[:, :2].repeat(1, 2)) * scale.repeat(1, 2)
    index = torch.arange(len(masks), device=masks.device, dtype=torch.float32)
    rois = torch.cat([index[:, None], inner.float()], dim=1)
    # One sample for each cell: targets are no larger than boxes, and rounding must not decide.
    cut = roi_align(masks[:, None].float(), rois, size, sampling_ratio=1, aligned=True)
    return cut[:, 0].clamp(0, 1)


def clip(masks: Tensor, boxes: Tensor, height: float, width: float) -> tuple[Tensor, Tensor]:
    """Cut boxes off at the frame's border, and their masks with them.

    Args:
        masks: (N, S, S) in [0, 1], relative to `boxes`.
        boxes: (N, 4), which may leave the frame.
        height, width: of the frame in pixels.

    Returns:
        masks (N, S, S) in [0, 1], relative to the new boxes, and boxes (N, 4) inside the frame;
        one that lay wholly outside has no area.
    """
    limits = boxes.new_tensor([width, height, width, height])
    inside = boxes.clamp_min(0).minimum(limits)
    return recut(masks, boxes, inside), inside


def crop(frame_masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cut masks of the whole frame out at their tight boxes.

    Args:
        frame_masks: (N, H, W) bool or in [0, 1].

    Returns:
        masks (N, `CUT_SIZE`, `CUT_SIZE`) in [0, 1], boxes (N, 4), present (N,) bool: the mask is
        not empty.
    """
    full = frame_masks.float()
    boxes, present = mask_boxes(full)
    if not len(full):
        return full.new_zeros(0, CUT_SIZE, CUT_SIZE), boxes, present
    cut = [
        roi_align(mask[None, None], [box[None]], output_size=CUT_SIZE, aligned=True)[0, 0]
        for mask, box in zip(full, boxes, strict=True)
    ]
    return torch.stack(cut).clamp(0, 1), boxes, present
