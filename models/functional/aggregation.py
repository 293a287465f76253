"""Soft aggregation of per-object probabilities (paper, section 3.4)."""

import math

import torch
import torch.nn.functional as F
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
    if len(objects) == 1:
        return torch.cat([-objects, objects])
    # log of the product of complements; its complement by expm1, for which it is never 0.
    nothing = -F.softplus(objects).sum(0, keepdim=True)
    background = (nothing - torch.log(-torch.expm1(nothing))).clamp(-LIMIT, LIMIT)
    return torch.cat([background, objects])


def distribution(logits: Tensor) -> Tensor:
    """(O, H, W) probabilities of the objects, from (1 + O, H, W) aggregated logits."""
    if len(logits) == 2:  # a softmax of two is a sigmoid of their difference
        return torch.sigmoid(logits[1:] - logits[:1])
    return torch.softmax(logits, dim=0)[1:]


def winners(logits: Tensor) -> Tensor:
    """(H, W) uint8: 0 where no object's logit is above 0, else 1 + the object's with the highest.

    An argmax over the first dimension is many times slower.

    Args:
        logits: (O, H, W) of the objects, less the background's.
    """
    winner = torch.zeros_like(logits[0], dtype=torch.uint8)
    best = torch.zeros_like(logits[0])
    for index, plane in enumerate(logits, start=1):
        winner = winner.masked_fill(plane > best, index)
        if index < len(logits):
            best = torch.maximum(best, plane)
    return winner
