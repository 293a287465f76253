"""Planes at other sizes.

On a CPU, where no gradient is asked for, OpenCV computes the same values in a fraction of the time.
"""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def enlarge(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear interpolation between the centres of cells: (N, h, w) to (N, *size)."""
    if by_opencv(planes):
        return _resized(planes, size, cv2.INTER_LINEAR)
    return F.interpolate(planes[None], size, mode="bilinear", align_corners=False)[0]


def shrink(planes: Tensor, stride: int) -> Tensor:
    """Means of stride x stride cells: (N, H, W), multiples of it, to (N, H/stride, W/stride)."""
    if by_opencv(planes):
        size = planes.shape[1] // stride, planes.shape[2] // stride
        return _resized(planes, size, cv2.INTER_AREA)
    return F.avg_pool2d(planes[:, None], stride)[:, 0]


def spread_out(planes: Tensor, reach: int) -> Tensor:
    """The highest value within `reach` cells each way of (N, H, W), none of them negative.

    As a maximum of shifted planes, a thirtieth of the time of a max pooling on a CPU.
    """
    for _ in range(2):
        length = planes.shape[2]
        padded = F.pad(planes, (reach, reach))
        for shift in range(2 * reach + 1):
            moved = padded[:, :, shift : shift + length]
            planes = moved if shift == 0 else torch.maximum(planes, moved)
        planes = planes.transpose(1, 2)
    return planes


def by_opencv(planes: Tensor) -> bool:
    """Whether OpenCV can take these: float32 on a CPU, at least one, without a gradient."""
    here = planes.device.type == "cpu" and planes.dtype == torch.float32 and len(planes) > 0
    return here and not (planes.requires_grad and torch.is_grad_enabled())


def _resized(planes: Tensor, size: tuple[int, int], interpolation: int) -> Tensor:
    found = torch.empty(len(planes), *size)
    for plane, place in zip(planes.detach().numpy(), found.numpy(), strict=True):
        # OpenCV takes no part of a plane that is wider.
        cv2.resize(np.ascontiguousarray(plane), size[::-1], place, interpolation=interpolation)
    return found
