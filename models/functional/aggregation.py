"""Soft aggregation of per-object probabilities (paper, section 3.4)."""

import math

import torch
from torch import Tensor

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


def winners(logits: Tensor) -> Tensor:
    """(H, W) uint8: 0 where no object's logit is above 0, else 1 + the object's with the highest.

    An argmax over the first dimension is many times slower, and so is filling by a mask.

    Args:
        logits: (O, H, W) of the objects, less the background's; O is 254 at most.
    """
    winner = (logits[0] > 0).to(torch.uint8)
    best = logits[0].clamp_min(0)
    for index in range(1, len(logits)):
        # Later objects have higher numbers: where one is ahead, its number is the maximum.
        ahead = (logits[index] > best).to(torch.uint8) * (index + 1)
        winner = torch.maximum(winner, ahead)
        best = torch.maximum(best, logits[index])
    return winner
