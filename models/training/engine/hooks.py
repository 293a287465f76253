"""What a training run tells its caller, and asks of it, between steps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import nn


@dataclass
class Progress:
    """Where a run stands. `losses`: means since the last line of the log."""

    step: int
    iterations: int
    losses: dict[str, float] = field(default_factory=dict)


@dataclass
class Hooks:
    """What a caller may do between steps.

    tick: after every step. evaluate: every `every` steps and at the end, by the leading
    process; its score, higher is better, is kept with the run. best: after a score that beats
    all before, with the averaged module. stop: asked after every step; True ends the run,
    resumable.
    """

    tick: Callable[[Progress], None] = lambda progress: None
    evaluate: Callable[[int, nn.Module], float] | None = None
    every: int = 500
    best: Callable[[int, nn.Module, float], None] = lambda step, module, score: None
    stop: Callable[[], bool] = lambda: False
