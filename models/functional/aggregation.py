"""Soft aggregation of per-object probabilities (paper, section 3.4)."""

import math
from collections.abc import Iterable

import cv2
import numpy as np
import torch
from torch import Tensor

from models.functional.resampling import by_opencv

_EPSILON = 1e-7
LIMIT = math.log((1 - _EPSILON) / _EPSILON)
"""Logits are from -`LIMIT` to `LIMIT`: no probability is 0 or 1."""


def soft_aggregate(logits: Tensor) -> Tensor:
    """Merge independent object probabilities into one distribution per pixel.

    The background's probability is the product of every object's complement;
    the odds of background and objects are then normalized to sum to one.

    Args:
        logits: (O, H, W) of objects scored independently: log(p / (1 - p)), infinities allowed.

    Returns:
        (1 + O, H, W) logits, background first; a softmax over dimension 0
        gives the distribution. Returned as logits so that resizing keeps edges sharp.
    """
    objects = logits.float().clamp(-LIMIT, LIMIT)
    return torch.cat([background(objects), objects])


def background(objects: Tensor) -> Tensor:
    """(1, H, W) logits of the background, from (O, H, W) of the objects, within `LIMIT`."""
    if len(objects) == 1:
        return -objects
    # The log of the product of complements, and the complement of that.
    nothing = torch.log(1 + torch.exp(objects)).sum(0, keepdim=True)
    something = (1 - torch.exp(-nothing)).clamp_min(_EPSILON)
    return (-nothing - torch.log(something)).clamp(-LIMIT, LIMIT)


def distribution(logits: Tensor) -> Tensor:
    """(O, H, W) probabilities of the objects, from (1 + O, H, W) aggregated logits."""
    if len(logits) == 2:  # a softmax of two is a sigmoid of their difference
        return torch.sigmoid(logits[1:] - logits[:1])
    # No logit is above `LIMIT`, so that a softmax needs no maximum, and takes a tenth of the time.
    odds = torch.exp(logits)
    return odds[1:] / odds.sum(0, keepdim=True)


def shared_out(objects: Tensor) -> tuple[Tensor, Tensor]:
    """What `soft_aggregate` and `distribution` say, without a gradient, in a few passes.

    Args:
        objects: (O, H, W) float32 logits within `LIMIT`.

    Returns:
        (H, W) logits of the background, and (O, H, W) probabilities of the objects.
    """
    odds = _exponentials(objects)
    # That anything is there: the product of all odds plus 1, less 1.
    anything, together = torch.zeros_like(odds[0]), torch.zeros_like(odds[0])
    for each in odds:
        anything.addcmul_(anything, each).add_(each)
        together.add_(each)  # a sum over the first dimension takes three times as long
    nothing = anything.reciprocal_().clamp_(math.exp(-LIMIT), math.exp(LIMIT))
    share = together.add_(nothing).reciprocal_()
    return nothing.log_(), odds.mul_(share)


def winners(objects: Iterable[Tensor], background: Tensor) -> Tensor:
    """(H, W) uint8: 0 where the background is ahead or equal, else 1 + the first highest object.

    An argmax over the first dimension is many times slower, and so is filling by a mask.

    Args:
        objects: (H, W) logits of each, looked at one after the other; 254 at most.
        background: (H, W) logits.
    """
    if by_opencv(background):
        return _winners_by_opencv(objects, background)
    winner = torch.zeros_like(background, dtype=torch.uint8)
    best = background
    for number, logits in enumerate(objects, 1):
        # Later objects have higher numbers: where one is ahead, its number is the maximum.
        winner = torch.maximum(winner, (logits > best).to(torch.uint8) * number)
        best = torch.maximum(best, logits)
    return winner


def confidence(probabilities: Tensor, winner: Tensor) -> Tensor:
    """(O,) IoU of each object's mask with its own probabilities.

    What is unsure inside the mask and what is unsure outside of it both count against it.

    Args:
        probabilities: (O, H, W) in [0, 1].
        winner: (H, W) uint8, 1 + the row of the object that is there, or 0.
    """
    shared, covered = [], []
    for number, each in enumerate(probabilities, 1):
        if by_opencv(each):
            here = (winner.numpy() == number).view(np.uint8)
            shared.append(torch.from_numpy(cv2.copyTo(each.numpy(), here)).sum())
            covered.append(torch.tensor(cv2.countNonZero(here)))
        else:
            mask = winner == number
            shared.append((each * mask).sum())
            covered.append(torch.count_nonzero(mask))
    inside = torch.stack(shared)
    united = torch.stack(covered) + probabilities.flatten(1).sum(1) - inside
    return inside / united.clamp_min(1)


def _exponentials(planes: Tensor) -> Tensor:
    if not by_opencv(planes):
        return planes.exp()
    return torch.from_numpy(cv2.exp(planes.flatten(0, 1).numpy())).view_as(planes)


def _winners_by_opencv(objects: Iterable[Tensor], background: Tensor) -> Tensor:
    best = np.array(background.numpy(), order="C")
    winner = np.zeros(best.shape, np.uint8)
    for number, logits in enumerate(objects, 1):
        plane = np.ascontiguousarray(logits.numpy())
        ahead = cv2.compare(plane, best, cv2.CMP_GT)
        cv2.max(winner, np.minimum(ahead, np.uint8(number), out=ahead), winner)
        cv2.max(best, plane, best)
    return torch.from_numpy(winner)
