"""The memory read of the dynamic memory network (paper, section 3.2)."""

import math

import torch
from torch import Tensor


def memory_read(
    query: Tensor, keys: Tensor, values: Tensor, valid: Tensor, penalty: Tensor | None = None
) -> Tensor:
    """Scaled dot-product read over all space-time positions of each object (Eq. 1).

    Args:
        query: (O, C/4, H, W).
        keys: (O, T, C/4, H, W), T memory frames.
        values: (O, T, C, H, W).
        valid: (O, T) bool, which frames are read for which object, at least one for each.
        penalty: (T,) taken off the scores of each frame; see `age_penalty`.

    Returns:
        (O, C, H, W) templates: at each position of the query, values summed by relevance.
    """
    channels = query.shape[1]
    q = query.flatten(2).transpose(1, 2)  # O, HW, C/4
    k = keys.transpose(1, 2).flatten(2)  # O, C/4, THW
    v = values.transpose(1, 2).flatten(2)  # O, C, THW
    scores = (q @ k).float() / math.sqrt(channels)
    if penalty is not None:
        scores = scores - penalty.repeat_interleave(query.shape[-2] * query.shape[-1])
    hidden = ~valid.repeat_interleave(query.shape[-2] * query.shape[-1], dim=1)
    relevance = torch.softmax(scores.masked_fill(hidden[:, None], -math.inf), dim=-1).to(v.dtype)
    return (v @ relevance.transpose(1, 2)).unflatten(2, query.shape[-2:])


def age_penalty(ages: Tensor, recency: float) -> Tensor:
    """What old memory frames lose in a read: `recency` nats each time that their age doubles.

    Args:
        ages: (T,) frames between a memory frame and the current one, 1 for the previous frame.
        recency: 0 reads all ages alike.

    Returns:
        (T,), 0 for the previous frame.
    """
    return recency * torch.log2(ages.float().clamp_min(1))


def temporal_embedding(offsets: Tensor, channels: int) -> Tensor:
    """Sinusoidal embedding of a frame's offset from the first frame.

    As Vaswani et al.'s own implementation has it; their paper pairs sines and cosines, and its
    wavelengths end a step earlier.

    Args:
        offsets: (T,) frame offsets, 0 for the first frame.
        channels: an even number, 2 or more.

    Returns:
        (T, channels) in [-1, 1]: sines in the first half, cosines in the second.

    Raises:
        ValueError: the number of channels is odd.
    """
    if channels % 2:
        raise ValueError(f"an embedding of {channels} channels has no two halves; give an even one")
    half = channels // 2
    rates = torch.exp(
        torch.arange(half, device=offsets.device) * (-math.log(10_000.0) / max(half - 1, 1))
    )
    angles = offsets.float()[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)
