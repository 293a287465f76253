"""Soft aggregation of per-object probabilities (paper, section 3.4)."""

import torch
from torch import Tensor

_EPSILON = 1e-7


def soft_aggregate(probabilities: Tensor) -> Tensor:
    """Merge independent object probabilities into one distribution per pixel.

    The background's probability is the product of every object's complement;
    the odds of background and objects are then normalized to sum to one.

    Args:
        probabilities: (O, H, W), each in [0, 1], objects scored independently.

    Returns:
        (1 + O, H, W) logits, background first; a softmax over dimension 0
        gives the distribution. Returned as logits so that resizing keeps edges sharp.
    """
    values = probabilities.float()
    background = torch.prod(1 - values, dim=0, keepdim=True)
    merged = torch.cat([background, values]).clamp(_EPSILON, 1 - _EPSILON)
    return torch.log(merged) - torch.log1p(-merged)
