"""One training loop for every stage: accumulation, mixed precision, averaging, exact resume."""

import math
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.errors import InputError
from models.training.engine.hooks import Hooks, Progress
from models.training.engine.journal import Journal
from models.training.engine.processes import Processes
from models.training.engine.schedule import make_optimizer, rate_factor
from models.training.engine.state import load_state, save_state
from models.training.engine.stream import Drawn
from models.training.recipe import SchedulePart

Losses = dict[str, Tensor]
_LOG_EVERY = 10


class Trainer:
    """Trains a stage: a module that takes a list of samples and returns its named losses.

    Everything a run needs to go on lives in `<out>/state.pt`: weights, averaged weights,
    optimizer, schedule, loss scale, scores, step, what was skipped, and whether it is still to be
    scored. Samples and random numbers depend on
    the seed and the step alone.
    """

    def __init__(
        self,
        stage: nn.Module,
        schedule: SchedulePart,
        iterations: int,
        out: Path,
        *,
        seed: int = 0,
        team: Processes | None = None,
        scale_loss: bool = False,
        precision: str = "",
    ) -> None:
        """Begin, or go on from the state in `out`.

        Args:
            precision: noted with the state, so that a run on another device can say that it
                goes on in another format.

        Raises:
            InputError: the state is damaged, or of another model.
        """
        self.stage, self.schedule, self.iterations, self.out = stage, schedule, iterations, out
        self.seed = seed
        self.precision = self.changed_from = precision
        self.team = team or Processes(0, 1, torch.device("cpu"))
        self.optimizer = make_optimizer(schedule, stage)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: rate_factor(schedule, iterations, step)
        )
        self.average = AveragedModel(stage, multi_avg_fn=get_ema_multi_avg_fn(schedule.ema))
        self.scaler = torch.amp.GradScaler(self.team.device.type, enabled=scale_loss)
        self.step, self.best_score = 0, -math.inf
        self.score: float | None = None
        """Of the averaged weights as they are; None where they were not scored since a step."""
        self.unscored = False
        """Whether these averaged weights are to be scored still, before the next step."""
        self.skipped: Counter[str] = Counter()
        """What could not be read, and how often; of all processes, in the leading one, once the
        state is saved."""
        out.mkdir(parents=True, exist_ok=True)
        if (out / "state.pt").is_file():
            self._load()
        self._wrapped = self.team.wrap(stage)

    def run(
        self, batches: Callable[[int], Iterator[list[Drawn]]], hooks: Hooks | None = None
    ) -> None:
        """Train until the schedule ends or a hook stops it.

        Args:
            batches: from the first step to do, an endless stream of this process's samples.
        """
        hooks = hooks or Hooks()
        journal = Journal(self.out, self.step) if self.team.leads else None
        spent, logged = 0.0, self.step  # seconds of steps alone, since a line of the log
        stream = iter(batches(self.step))
        progress = Progress(self.step, self.iterations)
        saved = self.step
        try:
            over = self.step >= self.iterations and self.score is None
            if (self.unscored or over) and hooks.evaluate is not None:
                self._evaluate(hooks, journal)
                self.save()
            while self.step < self.iterations:
                began = time.monotonic()
                values = self.team.mean(self._advance(next(stream)))
                spent += time.monotonic() - began
                progress.step = self.step
                if journal is not None:
                    journal.add(values)
                hooks.tick(progress)
                stop = self.team.any(hooks.stop())
                end = self.step == self.iterations
                due = self.step % hooks.every == 0 or end
                scores = due and hooks.evaluate is not None
                if journal is not None and (self.step % _LOG_EVERY == 0 or end or scores):
                    rate = float(self.scheduler.get_last_lr()[0])
                    pace = spent / (self.step - logged)
                    spent, logged = 0.0, self.step
                    extra = {"rate": rate, "seconds_per_step": pace, "dev_score": None}
                    progress.losses = journal.write(self.step, extra)
                if scores and not stop:
                    # Scoring takes minutes, in which a run may be killed.
                    self.unscored = True
                    self.save()
                    self._evaluate(hooks, journal)
                if stop or due or self.step % self.schedule.save_every == 0:
                    self.unscored = stop and scores
                    self.save()
                    saved = self.step
                if stop:
                    return
        finally:
            del stream
            if journal is not None:
                journal.close()
        if saved != self.step:
            self.save()

    def _advance(self, batch: list[Drawn]) -> dict[str, float]:
        """One optimizer step; mean losses of this process's samples."""
        self.score, self.unscored = None, False
        size = self.schedule.micro_batch
        parts = [batch[i : i + size] for i in range(0, len(batch), size)]
        sums: dict[str, float] = {}
        for number, part in enumerate(parts):
            self.skipped.update(text for drawn in part for text in drawn.skipped)
            # Whatever a stage draws depends on the sample, not on what came before it.
            torch.manual_seed(self.seed * 2**40 + part[0].index)
            last = number == len(parts) - 1
            waiting = isinstance(self._wrapped, DistributedDataParallel) and not last
            with self._wrapped.no_sync() if waiting else nullcontext():  # type: ignore[operator]
                losses: Losses = self._wrapped([drawn.sample for drawn in part])
                total = torch.stack(list(losses.values())).sum() / len(parts)
                self.scaler.scale(total).backward()
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()) / len(parts)
        self._update()
        return sums

    def _update(self) -> None:
        self.scaler.unscale_(self.optimizer)
        parameters = [p for p in self.stage.parameters() if p.requires_grad]
        norm = nn.utils.clip_grad_norm_(parameters, self.schedule.clip)
        # One sample without a finite loss must not spoil the weights; gradients are the same in
        # all processes, so all skip the step together.
        if torch.isfinite(norm):
            self.scaler.step(self.optimizer)
        self.scaler.update()
        with warnings.catch_warnings():
            # The rate goes with the steps, also where the first is left out: half precision
            # begins so while it looks for its loss scale.
            warnings.filterwarnings("ignore", r"Detected call of `lr_scheduler\.step")
            self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        # Early averages would keep the random start alive for too long.
        if self.step < 2 * self.schedule.warmup or not self.schedule.ema:
            self.average.module.load_state_dict(self.stage.state_dict())
        else:
            self.average.update_parameters(self.stage)
        self.step += 1

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: neither a step nor a score."""
        return self.step >= self.iterations and not self.unscored

    def _evaluate(self, hooks: Hooks, journal: Journal | None) -> None:
        self.unscored = False
        if self.team.leads and hooks.evaluate is not None:
            module = self.average.module
            self.score = score = hooks.evaluate(self.step, module)
            if journal is not None:
                journal.score(self.step, score)
            if score > self.best_score:
                self.best_score = score
                hooks.best(self.step, module, score)
        self.team.barrier()

    def forget_scores(self, *, again: bool) -> None:
        """Begin the scores anew, which were of other data.

        Args:
            again: score what is there before the next step.

        Raises:
            OvosError: the state cannot be written.
        """
        self.best_score, self.score, self.unscored = -math.inf, None, again
        self.save()

    def save(self) -> None:
        """Write the state complete or not at all. Raises OvosError where it cannot."""
        skipped = self.team.gather(self.skipped)
        self.skipped = sum(skipped, Counter()) if self.team.leads else Counter()
        if self.team.leads:
            state: dict[str, Any] = {
                "step": self.step,
                "module": self.stage.state_dict(),
                "average": self.average.module.state_dict(),
                "averaged": self.average.n_averaged,
                "optimizer": self.optimizer.state_dict(),
                "scheduler": self.scheduler.state_dict(),
                "scaler": self.scaler.state_dict(),
                "precision": self.precision,
                "best_score": self.best_score,
                "score": self.score,
                "unscored": self.unscored,
                "skipped": dict(self.skipped),
            }
            save_state(state, self.out / "state.pt")
        self.team.barrier()

    def _load(self) -> None:
        try:
            self._restore(load_state(self.out / "state.pt"))
        except (RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise InputError(
                f"{self.out / 'state.pt'} is of another model or version "
                f"({str(error).splitlines()[0]}); give another --out"
            ) from error

    def _restore(self, state: dict[str, Any]) -> None:
        self.step, self.best_score = state["step"], state["best_score"]
        self.score, self.unscored = state.get("score"), state.get("unscored", False)
        if self.team.leads:
            self.skipped.update(state["skipped"])
        self.stage.load_state_dict(state["module"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.copy_(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        # The schedule may be another than the one that chose the rate of this step.
        factor = rate_factor(self.schedule, self.iterations, self.step)
        for group, peak in zip(self.optimizer.param_groups, self.scheduler.base_lrs, strict=True):
            group["lr"] = peak * factor
        if state["scaler"]:  # empty unless the losses were scaled
            self.scaler.load_state_dict(state["scaler"])
        self.changed_from = state.get("precision", self.precision)
