"""One training loop for every stage: schedule, mixed precision, averaging, exact resume."""

import csv
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    iterations: optimizer steps. rate: peak learning rate of AdamW, reached after `warmup`
    steps, then a cosine down to a hundredth. clip: largest gradient norm. ema: decay of the
    averaged weights, which are what is kept. minutes: stop early, resumable, after so long.
    """

    iterations: int
    rate: float
    weight_decay: float = 0.01
    warmup: int = 50
    clip: float = 5.0
    ema: float = 0.99
    save_every: int = 50
    minutes: float = math.inf

    def factor(self, step: int) -> float:
        """Learning rate at `step` as a share of the peak."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        progress = (step - self.warmup) / max(1, self.iterations - self.warmup)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


class Trainer:
    """Trains one module; everything it needs to go on lives in `<out>/state.pt`."""

    def __init__(self, module: nn.Module, schedule: Schedule, out: Path) -> None:
        self.module, self.schedule, self.out = module, schedule, out
        parameters = [p for p in module.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            parameters, lr=schedule.rate, weight_decay=schedule.weight_decay
        )
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, schedule.factor)
        self.average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(schedule.ema))
        self.step = 0
        out.mkdir(parents=True, exist_ok=True)
        if (out / "state.pt").is_file():
            self._load()

    def run(
        self,
        batches: Callable[[int], Iterable[list[Any]]],
        losses: Callable[[Any], Losses],
        report: Callable[[str], None] = print,
    ) -> None:
        """Train until the schedule or its minutes end.

        Args:
            batches: from the first step to do, an endless stream of lists of samples.
            losses: from one sample the named losses; their sum is minimized, averaged
                over the samples of a batch. Samples go one by one, which bounds memory.
            report: takes a line of progress now and then.
        """
        started, count = time.monotonic(), 0
        sums: defaultdict[str, float] = defaultdict(float)
        stream: Iterator[list[Any]] = iter(batches(self.step))
        while self.step < self.schedule.iterations:
            batch = next(stream)
            for sample in batch:
                named = losses(sample)
                total = torch.stack(list(named.values())).sum() / len(batch)
                if torch.isfinite(total):
                    total.backward()
                for name, value in named.items():
                    sums[name] += float(value.detach()) / len(batch)
            parameters = [p for p in self.module.parameters() if p.requires_grad]
            nn.utils.clip_grad_norm_(parameters, self.schedule.clip)
            self.optimizer.step()
            self.scheduler.step()
            self.optimizer.zero_grad(set_to_none=True)
            # Early averages would keep the random start alive for too long.
            if self.step < 2 * self.schedule.warmup:
                self.average.module.load_state_dict(self.module.state_dict())
            else:
                self.average.update_parameters(self.module)
            self.step, count = self.step + 1, count + 1
            over = time.monotonic() - started > 60 * self.schedule.minutes
            if self.step % 10 == 0:
                means = {name: value / count for name, value in sums.items()}
                self._log(means, (time.monotonic() - started), report)
                sums.clear()
                count = 0
            if over or self.step % self.schedule.save_every == 0:
                self.save()
            if over:
                return
        self.save()

    def _log(self, means: dict[str, float], seconds: float, report: Callable[[str], None]) -> None:
        rate = self.scheduler.get_last_lr()[0]
        row = {"step": self.step, "seconds": round(seconds, 1), "rate": rate, **means}
        file = self.out / "log.csv"
        fresh = not file.exists()
        with file.open("a", newline="") as stream:
            writer = csv.DictWriter(stream, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        values = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
        report(f"step {self.step:5d}  {seconds:7.0f} s  {values}")

    def save(self) -> None:
        """Write the state complete or not at all."""
        state = {
            "step": self.step,
            "module": self.module.state_dict(),
            "average": self.average.module.state_dict(),
            "averaged": self.average.n_averaged,
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "random": torch.get_rng_state(),
        }
        temporary = self.out / "state.tmp"
        torch.save(state, temporary)
        temporary.replace(self.out / "state.pt")

    def _load(self) -> None:
        state = torch.load(self.out / "state.pt", map_location="cpu", weights_only=True)
        self.step = state["step"]
        self.module.load_state_dict(state["module"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.copy_(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["random"])
