"""How the learning rate goes, and which optimizer takes it."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from models.training.recipe import SchedulePart

_LAST = 0.01
"""Where the cosine ends, as a share of the peak."""
_BACKBONE = ".bfe.backbone."
"""The network's own backbone; a proposal generator's is part of what it learns."""


def rate_factor(schedule: SchedulePart, iterations: int, step: int) -> float:
    """Learning rate at `step` as a share of the peak."""
    if step < schedule.warmup:
        return (step + 1) / schedule.warmup
    if schedule.decay == "constant":
        return 1.0
    progress = (step - schedule.warmup) / max(1, iterations - schedule.warmup)
    return _LAST + (1 - _LAST) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def iterations_of(schedule: SchedulePart, samples: int) -> int:
    """Optimizer steps in all.

    Args:
        samples: in an epoch.
    """
    if schedule.iterations is not None:
        return schedule.iterations
    assert schedule.epochs is not None
    return max(1, math.ceil(schedule.epochs * samples / schedule.batch))


def make_optimizer(
    schedule: SchedulePart, named: Iterable[tuple[str, nn.Parameter]]
) -> torch.optim.Optimizer:
    """An optimizer with the base features' backbone, if it learns, at its own rate."""
    backbone: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in named:
        if parameter.requires_grad:
            (backbone if _BACKBONE in f".{name}" else rest).append(parameter)
    groups: list[dict[str, Any]] = [{"params": rest, "lr": schedule.rate}]
    if backbone:
        groups.append({"params": backbone, "lr": schedule.backbone_rate})
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[schedule.optimizer]
    return kind(groups, lr=schedule.rate, weight_decay=schedule.weight_decay)
