"""The training loop: exact resume, and that it learns at all."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training.engine.stream import stream
from models.training.engine.trainer import Schedule, Trainer

SCHEDULE = Schedule(iterations=30, rate=0.05, warmup=3, ema=0.9, save_every=10)


def _draw(rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.normal(size=4)).float()


def _train(out: Path, schedule: Schedule) -> tuple[nn.Module, list[str]]:
    torch.manual_seed(0)
    module = nn.Linear(4, 1)
    trainer = Trainer(module, schedule, out)
    lines: list[str] = []

    def losses(x: Tensor) -> dict[str, Tensor]:
        # Dropout draws from torch's own random state, which must resume too.
        noisy = nn.functional.dropout(x, 0.2)
        return {"square": (module(noisy) - x.sum()).square().mean()}

    trainer.run(stream(_draw, seed=5, batch=2, workers=0), losses, lines.append)
    return trainer.average.module, lines


def test_a_resumed_run_equals_one_that_was_not_interrupted(tmp_path: Path) -> None:
    whole, _ = _train(tmp_path / "whole", SCHEDULE)
    _train(tmp_path / "parts", Schedule(**{**vars(SCHEDULE), "minutes": 0.0}))  # one step
    for _ in range(3):
        _train(tmp_path / "parts", Schedule(**{**vars(SCHEDULE), "minutes": 0.0}))
    resumed, _ = _train(tmp_path / "parts", SCHEDULE)
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_the_loss_falls_and_is_logged(tmp_path: Path) -> None:
    schedule = Schedule(iterations=200, rate=0.05, warmup=3, ema=0.9)
    _, lines = _train(tmp_path, schedule)
    values = [float(line.split()[-1]) for line in lines]
    assert values[-1] < values[0] / 2
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0] == "step,seconds,rate,square"
    assert len(rows) == 21


def test_the_rate_warms_up_and_ends_low() -> None:
    factors = [SCHEDULE.factor(step) for step in range(SCHEDULE.iterations)]
    assert factors[0] < factors[1] < factors[2] == 1.0
    assert factors[-1] < 0.02
    assert all(a >= b for a, b in pairwise(factors[3:]))
