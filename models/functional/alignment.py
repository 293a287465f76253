"""Adaptive object alignment: correspondences and region translation (section 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor

_LARGEST_BLOCK = 2**24
"""Correspondences held at a time with several sources: 32 MiB in bfloat16."""


def correspondence(target: Tensor, source: Tensor, alpha: Tensor | float) -> Tensor:
    """Sharpened non-local cosine correspondences (Eq. 2).

    Args:
        target: (..., C, I) feature vectors to be explained (the template's positions i).
        source: (..., C, J) feature vectors to draw from (the proposal's positions j).
        alpha: sharpness, a positive number.

    Returns:
        (..., I, J), each row a distribution over the source's positions.
    """
    return sharpen(cosine(target, source), alpha)


def cosine(target: Tensor, source: Tensor) -> Tensor:
    """Cosine similarity of every target position with every source position.

    Args:
        target: (..., C, I).
        source: (..., C, J).

    Returns:
        (..., I, J) in [-1, 1].
    """
    return F.normalize(target, dim=-2).transpose(-1, -2) @ F.normalize(source, dim=-2)


def sharpen(similarity: Tensor, alpha: Tensor | float, penalty: Tensor | None = None) -> Tensor:
    """Softmax over the last dimension of `alpha * similarity - penalty` (Eq. 2).

    Args:
        similarity: (..., I, J) in [-1, 1].
        alpha: sharpness, a positive number.
        penalty: of that shape or one that broadcasts to it, in units of the softmax's logits;
            None is none, as in the paper.

    Returns:
        (..., I, J) float32, each row a distribution over the J positions.
    """
    logits = similarity.float() * alpha
    if penalty is not None:
        logits = logits - penalty
    return torch.softmax(logits, dim=-1)


def translate(weights: Tensor, source: Tensor) -> Tensor:
    """Recompose the source at the target's positions (Eq. 3).

    Args:
        weights: (..., I, J) correspondences whose rows sum to one.
        source: (..., C, J).

    Returns:
        (..., C, I): at position i the weighted sum of the source's vectors.
    """
    return source @ weights.to(source.dtype).transpose(-1, -2)


def recompose(
    target: Tensor,
    sources: Tensor,
    values: Tensor,
    alpha: Tensor | float,
    penalty: Tensor | None = None,
) -> Tensor:
    """Recompose from the positions of several sources together (Eq. 2 and 3 in one).

    Their correspondences are many, so they are computed for some of the target's positions after
    the others and in the product's own precision, not in float32 as by `sharpen`: the time goes
    into moving them.

    Args:
        target: (C, I) feature vectors to be explained.
        sources: (C, R, J) feature vectors to draw from, of R sources.
        values: (V, R, J) what to recompose.
        alpha: sharpness, a positive number.
        penalty: (I, J), the same for every source, in units of the softmax's logits; None is none.

    Returns:
        (V, I): at position i the weighted sum of the values, its weights a distribution over all
        sources' positions.
    """
    queries = (F.normalize(target, dim=0) * alpha).T
    keys, values = F.normalize(sources, dim=0).flatten(1), values.flatten(1)
    rows = max(1, _LARGEST_BLOCK // keys.shape[1])
    found = []
    for start in range(0, max(1, len(queries)), rows):  # once for no position at all
        logits = queries[start : start + rows] @ keys
        if penalty is not None:
            there = penalty[start : start + rows, None].to(logits.dtype)
            logits = (logits.unflatten(1, sources.shape[1:]) - there).flatten(1)
        weights = torch.softmax(logits, dim=1, dtype=logits.dtype)
        found.append(values @ weights.to(values.dtype).T)
    return torch.cat(found, dim=1)


def aligned_similarity(
    templates: Tensor, proposals: Tensor, alpha: Tensor | float, *, align: bool = True
) -> Tensor:
    """Cosine similarity of templates with proposals aligned towards them.

    Args:
        templates: (O, C, H, W) projected templates T'.
        proposals: (N, C, H, W) projected proposals P'.
        alpha: sharpness of the correspondences.
        align: False compares position with position (Table 3 A, without AOA).

    Returns:
        (O, N) in [-1, 1]: cosine of the flattened T' and P''.
    """
    t = templates.flatten(2)[:, None]  # O, 1, C, HW
    p = proposals.flatten(2)[None]  # 1, N, C, HW
    aligned = translate(correspondence(t, p, alpha), p) if align else p
    shape = (len(templates), len(proposals), *t.shape[2:])
    return F.cosine_similarity(
        t.expand(shape).flatten(2).float(), aligned.expand(shape).flatten(2).float(), dim=-1
    )
