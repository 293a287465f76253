"""How the learning rate goes, and which optimizer takes it."""

import math
from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn

from models.training.recipe import SchedulePart

_LAST = 0.01
"""Where the cosine ends, as a share of the peak."""


@runtime_checkable
class WithBackbone(Protocol):
    """A stage with a backbone that learns at a rate of its own."""

    def backbone_parameters(self) -> Iterable[nn.Parameter]:
        """Its parameters, frozen ones too."""
        ...


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


def make_optimizer(schedule: SchedulePart, stage: nn.Module) -> torch.optim.Optimizer:
    """An optimizer of what learns in a stage; a backbone is a second group, at its own rate.

    What the extensions `others` and `ridge` read is one more group each, if it has a rate of its
    own.

    The order of groups and parameters is part of a saved state.
    """
    own = set(stage.backbone_parameters()) if isinstance(stage, WithBackbone) else set()
    learning = [parameter for parameter in stage.parameters() if parameter.requires_grad]
    backbone = [parameter for parameter in learning if parameter in own]
    rates = {".other.": schedule.others_rate, ".ridge.": schedule.ridge_rate}
    begun = [(rate, _named(stage, mark)) for mark, rate in rates.items() if rate]
    apart = own.union(*(found for _, found in begun))
    rest = [parameter for parameter in learning if parameter not in apart]
    groups: list[dict[str, Any]] = [{"params": rest, "lr": schedule.rate}]
    if backbone:
        groups.append({"params": backbone, "lr": schedule.backbone_rate})
    for rate, found in begun:
        if told := [parameter for parameter in learning if parameter in found]:
            groups.append({"params": told, "lr": rate})
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[schedule.optimizer]
    return kind(groups, lr=schedule.rate, weight_decay=schedule.weight_decay)


def _named(stage: nn.Module, mark: str) -> set[nn.Parameter]:
    """Parameters of an extension, which begin at zero where the rest was trained."""
    return {p for name, p in stage.named_parameters() if mark in name}
