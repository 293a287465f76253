"""From each object's logits to the frame's answer, and to what is remembered of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from models.functional.aggregation import LIMIT, confidence, shared_out, winners
from models.functional.boundaries import enlarged_winners
from models.functional.masks import downsample_masks
from models.functional.resampling import enlarge
from models.network import MASK_STRIDE
from models.tracking.geometry import Geometry
from models.tracking.soft import logits_of


@dataclass(frozen=True, slots=True)
class Merged:
    """Objects beside each other, at the network's size.

    logits: (O, H, W) of each object by itself. background: (H, W) logits.
    probabilities: (O, H, W) in [0, 1], with the background's their sum is 1.
    """

    logits: Tensor
    background: Tensor
    probabilities: Tensor


def merge(levels: Tensor, geometry: Geometry, nowhere: Sequence[int]) -> Merged:
    """Let objects share out the pixels.

    Args:
        levels: (O, H/4, W/4) int8 of each object by itself, see `levels_of`.
        geometry: of the video. No object is in the padding, else masks would leak into it and
            back.
        nowhere: rows of the objects that are in no pixel: a person gave their masks, or said that
            they are away.
    """
    logits = enlarge(logits_of(levels), geometry.padded).clamp_(-LIMIT, LIMIT)
    height, width = geometry.scaled
    logits[:, height:] = -LIMIT
    logits[:, :, width:] = -LIMIT
    if nowhere:
        logits[list(nowhere)] = -LIMIT
    return Merged(logits, *shared_out(logits))


def to_remember(
    found: Tensor | None, given: Tensor | None, keyframe: Sequence[int], count: int
) -> Tensor:
    """Masks of all objects as they are remembered: given ones, and the others beside them.

    Args:
        found: (O, H, W) probabilities of the first O objects; None where all are given.
        given: (K, H, W) in [0, 1]; None where there are none.
        keyframe: rows of the given ones.
        count: of all objects.

    Returns:
        (count, H/4, W/4) in [0, 1].
    """
    small = None if given is None else downsample_masks(given, MASK_STRIDE)
    if found is None:
        assert small is not None
        return small
    if given is None or small is None:
        return downsample_masks(found, MASK_STRIDE)
    others = downsample_masks(found * (1 - given.sum(0)).clamp_min(0), MASK_STRIDE)
    whole = others.new_zeros(count, *others.shape[1:])
    whole[: len(others)] = others
    whole[list(keyframe)] = small
    return whole


def answer(found: Merged, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """What is where at the source's size, and how sure.

    Args:
        found: at the network's size.
        geometry: of the video.

    Returns:
        (H, W) uint8 of the source's size: 0, or 1 + the row of an object; and (O,) confidence.
    """
    winner = winners(found.logits, found.background)
    sure = confidence(found.probabilities, winner)
    if geometry.scaled == geometry.source:
        return winner[: geometry.scaled[0], : geometry.scaled[1]], sure
    sizes = geometry.scaled, geometry.source
    return enlarged_winners(found.logits, found.background, winner, *sizes), sure
