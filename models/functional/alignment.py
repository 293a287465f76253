"""Adaptive object alignment: correspondences and region translation (section 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor

_LARGEST_BLOCK = 2**22
"""Correspondences held at a time: 8 MiB in bfloat16, so that large frames fit into memory."""


def correspondence(target: Tensor, source: Tensor, alpha: Tensor | float) -> Tensor:
    """Sharpened non-local cosine correspondences (Eq. 2).

    Args:
        target: (..., C, I) feature vectors to be explained (the template's positions i).
        source: (..., C, J) feature vectors to draw from (the proposal's positions j).
        alpha: sharpness, a positive number.

    Returns:
        (..., I, J), each row a distribution over the source's positions.
    """
    return torch.softmax(cosine(target, source).float() * alpha, dim=-1)


def cosine(target: Tensor, source: Tensor) -> Tensor:
    """Cosine similarity of every target position with every source position.

    Args:
        target: (..., C, I).
        source: (..., C, J).

    Returns:
        (..., I, J) in [-1, 1].
    """
    return F.normalize(target, dim=-2).transpose(-1, -2) @ F.normalize(source, dim=-2)


def translate(weights: Tensor, source: Tensor) -> Tensor:
    """Recompose the source at the target's positions (Eq. 3).

    Args:
        weights: (..., I, J) correspondences whose rows sum to one.
        source: (..., C, J).

    Returns:
        (..., C, I): at position i the weighted sum of the source's vectors.
    """
    return source @ weights.to(source.dtype).transpose(-1, -2)


def recompose(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Recompose values at the queries' positions (Eq. 2 and 3 in one), a block at a time.

    Correspondences are many: of two frames at stride 16 the square of their positions. Only those
    of some of the queries exist at once, in the number format of the product.

    Args:
        queries: (I, C), normalized and scaled by the sharpness.
        keys: (J, C), normalized.
        values: (J, V).

    Returns:
        (I, V): in row i the sum of the values, weighted by the softmax of query i with all keys.
    """
    rows = max(1, _LARGEST_BLOCK // max(1, len(keys)))
    if len(queries) <= rows:
        return _attend(queries, keys, values)
    return torch.cat([_attend(block, keys, values) for block in queries.split(rows)])


def _attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    logits = queries @ keys.T
    weights = torch.softmax(logits, dim=1, dtype=logits.dtype)
    return weights.to(values.dtype) @ values


def near_positions(
    size: tuple[int, int], reach: Tensor, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Channels that make correspondences lose by distance: -d^2 / (2 reach^2) as an inner product.

    |a - b|^2 is |a|^2 + |b|^2 - 2ab, so a few more channels of queries and keys take the place of
    a matrix of all pairs of positions. Half precision would round them too much: each number is
    the sum of two there.

    Args:
        size: (H, W) of the grid.
        reach: () standard deviation in cells.
        dtype: of queries and keys.

    Returns:
        (HW, 10) for the queries and (HW, 10) for the keys.
    """
    height, width = size
    # From the middle, so that the squares are small.
    ys = torch.arange(height, device=reach.device) - (height - 1) / 2
    xs = torch.arange(width, device=reach.device) - (width - 1) / 2
    y, x = (v.flatten() / reach for v in torch.meshgrid(ys, xs, indexing="ij"))
    (y1, y2), (x1, x2), (a1, a2) = (_halves(v, dtype) for v in (y, x, (y * y + x * x) / -2))
    one = torch.ones_like(a1)
    # y y' is y1 y1' + y1 y2' + y2 y1', but for what is too small to count.
    queries = torch.stack([y1, y1, y2, x1, x1, x2, a1, a2, one, one], dim=1)
    keys = torch.stack([y1, y2, y1, x1, x2, x1, one, one, a1, a2], dim=1)
    return queries, keys


def _halves(values: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Two tensors of a type that sum to the values."""
    high = values.to(dtype)
    return high, (values - high.to(values.dtype)).to(dtype)


def aligned_similarity(
    templates: Tensor, proposals: Tensor, alpha: Tensor | float, *, align: bool = True
) -> Tensor:
    """Cosine similarity of templates with proposals aligned towards them.

    Args:
        templates: (..., C, H, W) projected templates T'.
        proposals: (..., C, H, W) projected proposals P'; what comes before C broadcasts.
        alpha: sharpness of the correspondences.
        align: False compares position with position (Table 3 A, without AOA).

    Returns:
        (...) in [-1, 1]: cosine of the flattened T' and P''.
    """
    t, p = templates.flatten(-2), proposals.flatten(-2)
    aligned = translate(correspondence(t, p, alpha), p) if align else p
    t, aligned = torch.broadcast_tensors(t, aligned)
    return F.cosine_similarity(t.flatten(-2).float(), aligned.flatten(-2).float(), dim=-1)
