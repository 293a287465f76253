"""The differentiable matching layer (paper, section 3.1; DMM-Net).

The assignment of objects to proposals is the linear programme

    minimize <C, X>   subject to   X >= 0,  X 1 = 1,  1^T X <= 1.

It is solved by projected gradient descent; each projection onto the constraints'
intersection is a fixed number of Dykstra cycles. The answer is the mean of the
*projected* iterates, so its rows sum to one as closely as the projection gets.
"""

from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Array = TypeVar("Array", Tensor, NDArray[np.float32])

_RATE = 0.1
"""Step length of the gradient descent."""


def assign(
    cost: Tensor,
    *,
    own_cost: Tensor | None = None,
    null_cost: Tensor | float | None = None,
    steps: int = 40,
    cycles: int = 5,
) -> Tensor:
    """Softly assign every object (row) to one proposal (column), differentiably.

    Args:
        cost: (O, N) cost of each pair, lower is better. On any device; the answer is on the
            same.
        own_cost: (O,) where given, one more column: each object's cost of a proposal that no
            other object may take. An extension; the paper has none.
        null_cost: where given, one more column at this cost that any number of objects
            may take: the object matches no proposal. Another extension.
        steps: gradient steps (DMM-Net: 10 in training, 40 in evaluation).
        cycles: Dykstra cycles for each step.

    Returns:
        (O, N) in [0, 1], or one or two columns more: the own column, then the null column. Rows
        sum to about one, columns of proposals to at most about one; where O exceeds N without a
        further column, both are impossible, and the columns sum to more.
    """
    # Thousands of operations on a few numbers. On a GPU they are all launches, where one core of
    # a CPU computes them in a few milliseconds.
    device, cost = cost.device, cost.float().cpu()
    objects, proposals = cost.shape
    columns = [cost]
    if own_cost is not None:
        columns.append(own_cost.float().cpu()[:, None])
    if null_cost is not None:
        columns.append(torch.as_tensor(null_cost, dtype=cost.dtype).cpu().expand(objects, 1))
    cost = torch.cat(columns, dim=1)
    if cost.shape[1] == 0:
        return cost.to(device)
    # What is every object's to take at once takes them all.
    capacity = torch.tensor([1.0] * proposals + [float(objects)] * (cost.shape[1] - proposals))
    start = F.one_hot(cost.argmin(dim=1), cost.shape[1]).to(cost.dtype)
    if cost.requires_grad:
        found = _descend(start, cost, capacity, steps, cycles)
    else:  # NumPy has a fraction of the overhead, and gives the same
        found = torch.from_numpy(
            _descend(start.numpy(), cost.numpy(), capacity.numpy(), steps, cycles)
        )
    return found.clamp(0, 1).to(device)


def _descend(x: Array, cost: Array, capacity: Array, steps: int, cycles: int) -> Array:
    """Mean of the projected iterates of the gradient descent from x."""
    total = x * 0
    for _ in range(steps):
        x = _project(x - _RATE * cost, capacity, cycles)
        total = total + x
    return total * (1 / steps)


def _project(x: Array, capacity: Array, cycles: int) -> Array:
    """Dykstra's projection onto {X >= 0}, {column sums <= capacity}, {row sums = 1}.

    The set of row sums is affine, so it needs no correction term.
    """
    positive = columns = x * 0
    for _ in range(cycles):
        y = x + positive
        y = y * (y > 0)
        positive = x + positive - y
        excess = (y + columns).sum(0) - capacity
        z = y + columns - excess * (excess > 0) / len(x)
        columns = y + columns - z
        x = z + (1 - z.sum(1)[:, None]) / x.shape[1]
    return x
