"""From each object's logits to the frame's answer, and to what is remembered of it."""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.functional.aggregation import LIMIT, soft_aggregate, winners
from models.functional.masks import downsample_masks
from models.functional.resampling import enlarge
from models.network import MASK_STRIDE
from models.tracking.geometry import Geometry
from models.tracking.soft import logits_of


def aggregated(levels: Tensor, geometry: Geometry, nowhere: Sequence[int]) -> Tensor:
    """(1 + O, H, W) logits of background and objects, at the network's size.

    Args:
        levels: (O, H/4, W/4) int8 of each object by itself, see `levels_of`.
        geometry: of the video. No object is in the padding, else masks would leak into it and
            back.
        nowhere: rows of the objects that are in no pixel: a person gave their masks, or said that
            they are away.
    """
    logits = enlarge(logits_of(levels), geometry.padded)
    height, width = geometry.scaled
    logits[:, height:] = -LIMIT
    logits[:, :, width:] = -LIMIT
    if nowhere:
        logits[list(nowhere)] = -LIMIT
    return soft_aggregate(logits)


def to_remember(
    merged: Tensor | None, given: Tensor | None, keyframe: Sequence[int], count: int
) -> Tensor:
    """Masks of all objects as they are remembered: given ones, and the others beside them.

    Args:
        merged: (O, H, W) probabilities of the first O objects; None where all are given.
        given: (K, H, W) in [0, 1]; None where there are none.
        keyframe: rows of the given ones.
        count: of all objects.

    Returns:
        (count, H/4, W/4) in [0, 1].
    """
    small = None if given is None else downsample_masks(given, MASK_STRIDE)
    if merged is None:
        assert small is not None
        return small
    if given is None or small is None:
        return downsample_masks(merged, MASK_STRIDE)
    found = downsample_masks(merged * (1 - given.sum(0)).clamp_min(0), MASK_STRIDE)
    whole = found.new_zeros(count, *found.shape[1:])
    whole[: len(found)] = found
    whole[list(keyframe)] = small
    return whole


def answer(logits: Tensor, merged: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """What is where at the source's size, and how sure.

    Args:
        logits: (1 + O, H, W), see `aggregated`. merged: (O, H, W), their `distribution`.
        geometry: of the video.

    Returns:
        (H, W) uint8 of the source's size: 0, or 1 + the row of an object; and (O,) confidence.
    """
    above = logits[1:] - logits[:1]
    return winners(geometry.to_source(above)), confidence(merged, winners(above))


def confidence(merged: Tensor, winner: Tensor) -> Tensor:
    """(O,) IoU of each object's mask with its own probabilities, from (O, H, W).

    What is unsure inside the mask and what is unsure outside of it both count against it.

    Args:
        merged: (O, H, W) in [0, 1].
        winner: (H, W) uint8, 1 + the row of the object that is there, or 0.
    """
    shared, covered = [], []
    for row, probabilities in enumerate(merged, 1):
        here = winner == row
        shared.append((probabilities * here).sum())
        covered.append(torch.count_nonzero(here))
    inside = torch.stack(shared)
    united = torch.stack(covered) + merged.flatten(1).sum(1) - inside
    return inside / united.clamp_min(1)
