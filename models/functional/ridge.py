"""A ridge regression from a frame's features to its objects, in closed form.

It is the template of what tells an object from the rest of its own video: nothing is trained, one
small linear system is solved for each object. Differentiable in features, masks and strength.
"""

from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

_RAREST = 1e-4
"""Share of the frame that the smallest object counts as covering."""
_SPARSE = 2
"""Of cells that show no object, one in so many, each way, is looked at."""
_NOTHING = 0.02
"""What a cell holds of an object that is not there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What frames say for each object's regression; the mean of two frames' is both together's.

    gram: (O, C + 1, C + 1) weighted mean of the features' products, a constant one among them.
    target: (O, C + 1) weighted mean of the features where the object is.
    """

    gram: Tensor
    target: Tensor

    def select(self, rows: Tensor) -> Self:
        """Of these objects only, in this order."""
        return type(self)(self.gram[rows], self.target[rows])


def gather_evidence(features: Tensor, masks: Tensor) -> Evidence:
    """What one frame says. Each object stands against all else that the frame shows.

    A cell's weight falls with the root of how common its side is, so that neither an object of a
    few cells is drowned nor the wide background ignored.

    Args:
        features: (C, H, W).
        masks: (O, H, W) in [0, 1] on the same grid.
    """
    x = features.float().flatten(1).T
    inside = masks.float().flatten(1)
    inside = inside * (inside > _NOTHING)
    seen = inside.amax(0) > 0
    grid = torch.zeros(features.shape[1:], dtype=torch.bool, device=x.device)
    grid[::_SPARSE, ::_SPARSE] = True
    sampled = grid.flatten() & ~seen
    # What was left out counts by what was not.
    left = (~seen).sum() / sampled.sum().clamp_min(1)
    every = torch.where(seen, 1, sampled * left)
    share = inside.mean(1, keepdim=True)
    rest = (1 - share).clamp_min(_RAREST).rsqrt()
    # All cells weigh as the rest does, which objects share but for a factor. Its own weigh more.
    more = inside * (share.clamp_min(_RAREST).rsqrt() - rest)
    shared = _products(x, every)
    gram = torch.stack([a * shared + _products(x, own) for a, own in zip(rest, more, strict=True)])
    weights = rest * every + more
    total = weights.sum(1)
    target = F.pad((weights * inside) @ x, (0, 1))
    target[:, -1] = (weights * inside).sum(1)
    return Evidence(gram / total[:, None, None], target / total[:, None])


def _products(x: Tensor, weights: Tensor) -> Tensor:
    """(C + 1, C + 1) weighted sum of products of (N, C) features and a constant one."""
    if x.device.type == "cpu":  # a GPU would be waited for, to learn how many cells there are
        kept = weights.nonzero()[:, 0]
        x, weights = x.index_select(0, kept), weights[kept]
    x = F.pad(x, (0, 1), value=1)
    return (x * weights[:, None]).T @ x


def solve_ridge(evidence: Evidence, strength: Tensor | float) -> Tensor:
    """The regression's weights.

    Args:
        evidence: of one frame or the mean of several.
        strength: of the penalty on the weights, but for the constant's, above 0; 1 is as much as
            features vary in the mean.

    Returns:
        (O, C + 1), the constant's weight last.
    """
    gram = evidence.gram
    size = gram.shape[-1]
    level = gram.diagonal(dim1=1, dim2=2)[:, :-1].mean(1)
    penalty = level[:, None] * strength * torch.ones(size, device=gram.device)
    penalty = penalty * (torch.arange(size, device=gram.device) < size - 1) + level[:, None] * 1e-6
    factor = torch.linalg.cholesky(gram + torch.diag_embed(penalty))
    return torch.cholesky_solve(evidence.target[:, :, None], factor)[:, :, 0]


def regress(weights: Tensor, features: Tensor) -> Tensor:
    """(O, H, W) scores of (C, H, W) features: about 1 on the object, 0 on what is not."""
    flat = features.float().flatten(1)
    scores = weights[:, :-1] @ flat + weights[:, -1:]
    return scores.unflatten(1, features.shape[1:])
