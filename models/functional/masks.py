"""Geometry between masks, boxes and regions of interest.

Boxes are (x0, y0, x1, y1) in pixels of the frame inside the model.
"""

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import roi_align

from models.functional.regions import pool_rows, sums_of_rows
from models.functional.resampling import shrink

INSIDE = 0.5
"""A pixel of a soft mask above it belongs to the object."""


def mask_boxes(masks: Tensor, threshold: float = INSIDE) -> tuple[Tensor, Tensor]:
    """Tight boxes around soft masks.

    Args:
        masks: (O, H, W) in [0, 1].
        threshold: a pixel above it belongs to the object.

    Returns:
        boxes (O, 4) in pixels of the mask's own grid, x1 and y1 exclusive, and present (O,)
        bool; an absent object's box is all zero.
    """
    inside = masks > threshold
    columns, rows = inside.any(dim=1), inside.any(dim=2)
    present = columns.any(dim=1)
    x0, y0 = columns.float().argmax(dim=1), rows.float().argmax(dim=1)
    x1 = columns.shape[1] - columns.flip(1).float().argmax(dim=1)
    y1 = rows.shape[1] - rows.flip(1).float().argmax(dim=1)
    boxes = torch.stack([x0, y0, x1, y1], dim=1).float()
    return boxes * present[:, None], present


def of_own_peak(masks: Tensor) -> Tensor:
    """Soft masks (O, H, W), each stretched so that its highest value is 1; zeros stay zeros.

    An object thinner than a cell covers less than half of every cell, and would have no inside.
    """
    return masks / masks.amax(dim=(1, 2), keepdim=True).clamp_min(torch.finfo(masks.dtype).tiny)


def disagreeing(masks: Tensor, anchors: Tensor, least: float) -> Tensor:
    """Where an anchor has an inside and its IoU with a mask is below `least`.

    Args:
        masks: (N, H, W) in [0, 1].
        anchors: (O, H, W) in [0, 1].
        least: in [0, 1].

    Returns:
        (O, N) bool.
    """
    _, present = mask_boxes(anchors)
    return present[:, None] & (pairwise_iou(anchors, masks) < least)


def where_present(masks: Tensor, others: Tensor) -> Tensor:
    """Each of (O, H, W) soft masks that has an inside, else the one of `others` in its place."""
    _, present = mask_boxes(masks)
    return torch.where(present[:, None, None], masks, others)


def grow_boxes(boxes: Tensor, factor: float) -> Tensor:
    """Scale boxes about their centres.

    Args:
        boxes: (N, 4) in any unit.
        factor: of width and height, above 0; 1 leaves them.

    Returns:
        (N, 4) in the same unit; they may leave the frame.
    """
    center, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * factor
    return torch.cat([center - half, center + half], dim=1)


def pool_regions(features: Tensor, boxes: Tensor, stride: int, size: int) -> Tensor:
    """RoI pooling on base features (paper, section 3.1), as RoIAlign.

    Args:
        features: (C, H/stride, W/stride).
        boxes: (N, 4) in pixels; what lies outside of the frame reads as its border, and further
            than a cell outside as zero.
        stride: pixels per cell of the features.
        size: cells along one side of a region.

    Returns:
        (N, C, size, size) float32.
    """
    if sums_of_rows([features]):
        only = boxes.new_zeros(len(boxes), dtype=torch.long)
        return pool_rows([features], only, boxes, [stride], size, aligned=True)
    return roi_align(
        features[None].float(),
        [boxes.float()],
        output_size=size,
        spatial_scale=1 / stride,
        sampling_ratio=2,
        aligned=True,
    )


def pool_own_regions(masks: Tensor, boxes: Tensor, stride: int, size: int) -> Tensor:
    """RoI-align each mask in its own box alone.

    Args:
        masks: (O, H/stride, W/stride) in [0, 1].
        boxes: (O, 4) in pixels.
        stride: pixels per cell of the masks.
        size: cells along one side of a region.

    Returns:
        (O, size, size) float32 in [0, 1], give or take rounding.
    """
    index = torch.arange(len(masks), device=masks.device, dtype=torch.float32)
    pooled = roi_align(
        masks[:, None].float(),
        torch.cat([index[:, None], boxes.float()], dim=1),
        output_size=size,
        spatial_scale=1 / stride,
        sampling_ratio=2,
        aligned=True,
    )
    return pooled[:, 0]


def downsample_masks(masks: Tensor, stride: int) -> Tensor:
    """Masks on a coarser grid, each cell the mean of its pixels.

    Args:
        masks: (O, H, W) in [0, 1], or bool; H and W multiples of `stride`.
        stride: pixels along one side of a cell.

    Returns:
        (O, H/stride, W/stride) float32 in [0, 1].
    """
    return shrink(masks.float(), stride)


def paste_masks(masks: Tensor, boxes: Tensor, height: int, width: int, stride: int) -> Tensor:
    """Paste square soft masks into the frame.

    Args:
        masks: (N, S, S) in [0, 1], each relative to its box.
        boxes: (N, 4) in pixels.
        height, width: of the result, in cells.
        stride: pixels per cell of the result.

    Returns:
        (N, height, width) in [0, 1]; each fades to zero within half a cell of its mask beyond
        its box.
    """
    if len(masks) == 0:
        return masks.new_zeros(0, height, width)
    ys = (torch.arange(height, device=masks.device) + 0.5) * stride
    xs = (torch.arange(width, device=masks.device) + 0.5) * stride
    x0, y0, x1, y1 = boxes.float().unbind(dim=1)
    gx = (xs[None] - x0[:, None]) / (x1 - x0).clamp_min(1)[:, None] * 2 - 1
    gy = (ys[None] - y0[:, None]) / (y1 - y0).clamp_min(1)[:, None] * 2 - 1
    grid = torch.stack(
        [
            gx[:, None].expand(-1, height, -1),
            gy[:, :, None].expand(-1, -1, width),
        ],
        dim=-1,
    )
    return F.grid_sample(masks[:, None].float(), grid, align_corners=False)[:, 0]


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of (O, H, W) with (N, H, W) soft masks, each cut at 0.5: (O, N) in [0, 1]."""
    x, y = (a > INSIDE).flatten(1).float(), (b > INSIDE).flatten(1).float()
    with torch.autocast(a.device.type, enabled=False):  # half precision miscounts the cells
        intersection = x @ y.T
    union = x.sum(1)[:, None] + y.sum(1)[None] - intersection
    return intersection / union.clamp_min(1)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of each of (O, H, W) soft masks with its counterpart, cut at 0.5: (O,) in [0, 1]."""
    x, y = (a > INSIDE).flatten(1), (b > INSIDE).flatten(1)
    return (x & y).sum(1) / (x | y).sum(1).clamp_min(1)


def thickness(masks: Tensor) -> Tensor:
    """(O,) area by outline of soft masks (O, H, W), in cells: a quarter of a square's side.

    What is thin, such as a line, is hard to follow to the pixel, however sure one is of it.
    """
    outline = masks.diff(dim=1).abs().sum((1, 2)) + masks.diff(dim=2).abs().sum((1, 2))
    return (masks.sum((1, 2)) + 1) / (outline + 4)
