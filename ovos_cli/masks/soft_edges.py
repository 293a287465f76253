"""Soft masks made calmer, wider, softer; and made to follow what was done to hard ones."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.tracking.objects import Ids
from ovos_cli.masks.cleaning import Mask

SoftMask = NDArray[np.float32]
"""(H, W) in [0, 1]."""


def temporal_median(frames: Sequence[SoftMask]) -> SoftMask:
    """The median over an odd number of frames, pixel by pixel."""
    middle = len(frames) // 2
    return np.partition(np.stack(frames), middle, axis=0)[middle]


def feathered(mask: SoftMask, pixels: float) -> SoftMask:
    """An edge that fades over about so many pixels to each side: a Gaussian of half as many."""
    border = cv2.BORDER_REPLICATE  # what leaves the picture does not fade there
    return cv2.GaussianBlur(mask, (0, 0), pixels / 2, borderType=border).astype(np.float32)


def grown(masks: Mapping[int, SoftMask], pixels: int) -> dict[int, SoftMask]:
    """Soft masks of objects, wider by so many pixels in every direction; negative is narrower.

    No object grows over another: in each pixel they add up to 1 at most.
    """
    disc = _disc(abs(pixels))
    if pixels < 0:
        return {i: cv2.erode(m, disc).astype(np.float32) for i, m in masks.items()}
    total = sum(masks.values(), np.float32(0))
    wide = {
        i: np.maximum(m, np.minimum(cv2.dilate(m, disc), 1 - (total - m))).astype(np.float32)
        for i, m in masks.items()
    }
    shared = np.maximum(sum(wide.values(), np.float32(0)), 1)
    return {i: (m / shared).astype(np.float32) for i, m in wide.items()}


def following(soft: SoftMask, before: Mask, after: Mask) -> SoftMask:
    """A soft mask as its hard one was cleaned.

    What was dropped is 0, with the soft rim that belongs to it; what was filled is 1.

    Args:
        before, after: (H, W), the hard mask as it was, and cleaned.
    """
    out = soft
    if (dropped := before & ~after).any():
        out = np.where(_belongs(before, dropped), np.float32(0), out)
    if (filled := after & ~before).any():
        out = np.where(_belongs(~before, filled), np.float32(1), out)
    return out


def winner(masks: Mapping[int, SoftMask], shape: tuple[int, ...]) -> Ids:
    """(H, W) ids: the likeliest object of each pixel, or 0 where background is likelier."""
    ids = np.zeros(shape, np.uint8)
    best = 1 - sum(masks.values(), np.zeros(shape, np.float32))
    for ident, mask in masks.items():
        better = mask > best
        ids[better], best = ident, np.where(better, mask, best)
    return ids


def _belongs(mask: Mask, part: Mask) -> Mask:
    """(H, W): whether the pixel of a mask that is nearest is in a part of it."""
    _, labels = cv2.distanceTransformWithLabels(
        (~mask).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    among = np.zeros(int(labels.max()) + 1, bool)
    among[labels[mask]] = part[mask]
    return among[labels]


def _disc(radius: int) -> NDArray[np.uint8]:
    reach = np.arange(-radius, radius + 1)
    return (reach[:, None] ** 2 + reach**2 <= radius**2).astype(np.uint8)
