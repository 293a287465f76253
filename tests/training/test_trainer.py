"""The training loop: exact resume, accumulation, averaging, what it keeps and skips."""

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.errors import InputError, OvosError
from models.hub.presets import preset
from models.network import DMNAOA
from models.training.build import build_config
from models.training.engine import state as state_files
from models.training.engine.hooks import Hooks
from models.training.engine.schedule import iterations_of, make_optimizer, rate_factor
from models.training.engine.stream import Drawn, stream
from models.training.engine.trainer import Trainer
from models.training.recipe import SchedulePart, read_recipe
from models.training.stages.proposals import ProposalStage
from models.training.stages.video import VideoStage
from tests.conftest import ROOT

RECIPES = ROOT / "recipes"
SCHEDULE = SchedulePart(iterations=30, batch=4, rate=0.05, warmup=3, ema=0.9, save_every=10)


class Square(nn.Module):
    """A linear layer that learns to add; dropout draws from torch's own random state."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, samples: list[Tensor]) -> dict[str, Tensor]:
        x = torch.stack(samples)
        noisy = nn.functional.dropout(x, 0.2)
        return {"square": (self.layer(noisy)[:, 0] - x.sum(1)).square().mean()}


def _draw(rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.normal(size=4)).float()


def _trainer(out: Path, schedule: SchedulePart = SCHEDULE, *, scale: bool = False) -> Trainer:
    torch.manual_seed(0)
    iterations = schedule.iterations or 0
    return Trainer(Square(), schedule, iterations, out, seed=3, scale_loss=scale)


def _train(out: Path, schedule: SchedulePart = SCHEDULE, hooks: Hooks | None = None) -> Trainer:
    return _run(_trainer(out, schedule), hooks)


def _run(trainer: Trainer, hooks: Hooks | None = None) -> Trainer:
    batch = trainer.schedule.batch
    trainer.run(lambda step: stream(_draw, seed=5, batch=batch, start=step), hooks)
    return trainer


def _equal(a: nn.Module, b: nn.Module, tolerance: float = 0.0) -> None:
    for x, y in zip(a.parameters(), b.parameters(), strict=True):
        torch.testing.assert_close(x, y, rtol=0, atol=tolerance)


def test_a_resumed_run_equals_one_that_was_not_interrupted(tmp_path: Path) -> None:
    whole = _train(tmp_path / "whole")
    for _ in range(4):
        _train(tmp_path / "parts", hooks=Hooks(stop=lambda: True))  # one step each
    assert _trainer(tmp_path / "parts").step == 4
    resumed = _train(tmp_path / "parts")
    _equal(whole.stage, resumed.stage)
    _equal(whole.average.module, resumed.average.module)


def test_a_run_that_was_killed_goes_on_from_its_last_state(tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def kill() -> bool:
        raise KilledError

    steps = iter(range(24))
    hooks = Hooks(stop=lambda: kill() if next(steps, None) is None else False)
    schedule = SCHEDULE.model_copy(update={"save_every": 15})
    with pytest.raises(KilledError):
        _train(tmp_path / "parts", schedule, hooks)
    assert _trainer(tmp_path / "parts").step == 15
    resumed = _train(tmp_path / "parts", schedule)
    _equal(resumed.stage, _train(tmp_path / "whole", schedule).stage)
    # The log had come to step 20, beyond the state; what came again is not there twice.
    rows = (tmp_path / "parts" / "log.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", "10", "20", "30"]


def test_a_run_that_was_killed_while_scoring_is_scored_when_it_goes_on(tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def kill(step: int, module: nn.Module) -> float:
        raise KilledError

    with pytest.raises(KilledError):
        _train(tmp_path, hooks=Hooks(evaluate=kill, every=7))
    assert _trainer(tmp_path).step == 7
    scored: list[int] = []
    hooks = Hooks(evaluate=lambda step, module: scored.append(step) or step / 100, every=7)
    resumed = _train(tmp_path, hooks=hooks)
    assert scored == [7, 14, 21, 28, 30]
    with (tmp_path / "log.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["step"] for row in rows] == ["7", "10", "14", "20", "21", "28", "30"]
    scores = {row["step"]: row["dev_score"] for row in rows if row["dev_score"]}
    assert scores == {"7": "0.07", "14": "0.14", "21": "0.21", "28": "0.28", "30": "0.3"}
    assert all(row["square"] for row in rows)
    assert (resumed.best_score, _trainer(tmp_path).unscored) == (0.3, False)


def test_a_run_that_is_stopped_where_a_score_is_due_gets_it_when_it_goes_on(
    tmp_path: Path,
) -> None:
    def never(step: int, module: nn.Module) -> float:
        raise AssertionError("scored though it was stopped")

    stops = iter([*29 * [False], True])
    stopped = _train(tmp_path, hooks=Hooks(evaluate=never, every=30, stop=stops.__next__))
    assert stopped.step == 30 and not stopped.done
    resumed = _train(tmp_path, hooks=Hooks(evaluate=lambda step, module: 0.5, every=30))
    assert (resumed.step, resumed.best_score, resumed.done) == (30, 0.5, True)
    with (tmp_path / "log.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["step"] == "30"]
    assert [(row["dev_score"], bool(row["square"])) for row in rows] == [("0.5", True)]


def test_accumulated_micro_batches_equal_one_batch(tmp_path: Path) -> None:
    class Plain(Square):
        def forward(self, samples: list[Tensor]) -> dict[str, Tensor]:
            x = torch.stack(samples)
            return {"square": (self.layer(x)[:, 0] - x.sum(1)).square().mean()}

    ends = []
    for micro in (1, 2, 4):
        torch.manual_seed(0)
        schedule = SCHEDULE.model_copy(update={"micro_batch": micro})
        trainer = Trainer(Plain(), schedule, 30, tmp_path / str(micro))
        trainer.run(lambda step: stream(_draw, seed=5, batch=4, start=step))
        ends.append(trainer.stage)
    _equal(ends[0], ends[1], 1e-5)
    _equal(ends[0], ends[2], 1e-5)


def test_the_loss_falls_and_is_logged(tmp_path: Path) -> None:
    schedule = SCHEDULE.model_copy(update={"iterations": 200})
    _train(tmp_path, schedule)
    rows = [row.split(",") for row in (tmp_path / "log.csv").read_text().splitlines()]
    assert rows[0] == ["step", "rate", "seconds_per_step", "dev_score", "square"]
    assert len(rows) == 21
    assert float(rows[-1][-1]) < float(rows[1][-1]) / 2


def test_the_best_score_is_kept_over_a_resume(tmp_path: Path) -> None:
    scores, kept = iter([0.5, 0.7, 0.6]), []
    hooks = Hooks(
        evaluate=lambda step, module: next(scores),
        every=10,
        best=lambda step, module, score: kept.append((step, score)),
    )
    _train(tmp_path, hooks=hooks)
    assert kept == [(10, 0.5), (20, 0.7)]
    again = _trainer(tmp_path)
    assert (again.best_score, again.score) == (0.7, 0.6)


def test_scores_are_in_the_log_at_their_steps(tmp_path: Path) -> None:
    schedule = SCHEDULE.model_copy(update={"iterations": 20})
    _train(tmp_path, schedule, Hooks(evaluate=lambda step, module: step / 100, every=8))
    with (tmp_path / "log.csv").open() as stream:
        rows = {row["step"]: row["dev_score"] for row in csv.DictReader(stream)}
    assert rows == {"8": "0.08", "10": "", "16": "0.16", "20": "0.2"}


def test_a_log_goes_on_with_its_columns_and_without_half_lines(tmp_path: Path) -> None:
    _train(tmp_path, hooks=Hooks(stop=iter([*19 * [False], True]).__next__))
    old = "step,rate,square\n10,0.1,0.2\n20,0.1,0.2\n2"
    (tmp_path / "log.csv").write_text(old)
    _train(tmp_path)
    with (tmp_path / "log.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["step"] for row in rows] == ["10", "20", "30"]
    assert all(set(row) == {"step", "rate", "square"} for row in rows)


def test_a_log_whose_columns_were_cut_off_begins_anew(tmp_path: Path) -> None:
    _train(tmp_path, hooks=Hooks(stop=iter([*19 * [False], True]).__next__))
    (tmp_path / "log.csv").write_text("step,rate,seconds_p")
    _train(tmp_path)
    with (tmp_path / "log.csv").open() as stream:
        (row,) = csv.DictReader(stream)
    assert row["step"] == "30" and float(row["square"]) > 0


def test_a_full_disk_at_the_log_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(writer: object, row: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv.DictWriter, "writerow", full)
    with pytest.raises(OvosError, match=r"log\.csv cannot be written.*No space left"):
        _train(tmp_path)


@pytest.mark.filterwarnings("error")
def test_a_loss_that_is_not_finite_changes_nothing(tmp_path: Path) -> None:
    trainer = _trainer(tmp_path)
    before = [p.clone() for p in trainer.stage.parameters()]

    def bad(rng: np.random.Generator) -> Tensor:
        return torch.full((4,), math.nan)

    trainer.run(
        lambda step: stream(bad, seed=1, batch=4, start=step),
        Hooks(stop=lambda: trainer.step == 5),
    )
    for old, new in zip(before, trainer.stage.parameters(), strict=True):
        torch.testing.assert_close(old, new)


def test_samples_that_cannot_be_read_are_skipped_and_counted(tmp_path: Path) -> None:
    def sometimes(rng: np.random.Generator) -> Tensor:
        if rng.random() < 0.2:
            raise InputError("broken.jpg is not a readable image")
        return _draw(rng)

    trainer = _trainer(tmp_path)
    trainer.run(lambda step: stream(sometimes, seed=1, batch=4, start=step))
    assert trainer.step == 30
    failures = 0
    for index in range(30 * 4):
        rng = np.random.default_rng([1, index])
        while rng.random() < 0.2:
            failures += 1
    assert trainer.skipped == {"broken.jpg is not a readable image": failures} and failures > 1
    assert _trainer(tmp_path).skipped == trainer.skipped


def test_a_full_disk_leaves_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _train(tmp_path, hooks=Hooks(stop=lambda: True))

    def full(state: object, file: BinaryIO) -> None:
        file.write(b"part")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state_files.torch, "save", full)
    with pytest.raises(OvosError, match=r"No space left.*last good one"):
        _train(tmp_path)
    monkeypatch.undo()
    assert _trainer(tmp_path).step == 1
    assert not list(tmp_path.glob(".*.part"))


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"no state")
    with pytest.raises(InputError, match=r"state\.pt is damaged"):
        _trainer(tmp_path)


def test_processes_share_what_a_single_one_would_see() -> None:
    whole = next(stream(_draw, seed=5, batch=4, start=3))
    parts = [next(stream(_draw, seed=5, batch=4, start=3, rank=r, world=2)) for r in range(2)]
    assert [d.index for d in whole] == [d.index for part in parts for d in part] == [12, 13, 14, 15]
    for a, b in zip(whole, [d for part in parts for d in part], strict=True):
        assert torch.equal(a.sample, b.sample)


def test_another_length_of_schedule_has_its_rate_at_once(tmp_path: Path) -> None:
    _train(tmp_path, SCHEDULE.model_copy(update={"iterations": 10}))
    longer = SCHEDULE.model_copy(update={"iterations": 20})
    rate = _trainer(tmp_path, longer).optimizer.param_groups[0]["lr"]
    assert rate == longer.rate * rate_factor(longer, 20, 10) > 5 * longer.rate / 100


def test_a_schedule_that_is_cut_to_the_step_reached_is_scored(tmp_path: Path) -> None:
    _train(tmp_path, hooks=Hooks(stop=lambda: True))
    scored: list[int] = []

    def evaluate(step: int, stage: nn.Module) -> float:
        scored.append(step)
        return 0.5

    cut = SCHEDULE.model_copy(update={"iterations": 1})
    for _ in range(2):  # once: then the score is known
        trainer = _train(tmp_path, cut, Hooks(evaluate=evaluate, every=100))
        assert (trainer.score, trainer.done) == (0.5, True)
    assert scored == [1]


def test_the_pace_is_that_of_steps_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)

    def tick(progress: object) -> None:
        nonlocal now
        now += 100  # showing, saving and scoring are no steps

    class Slow(Square):
        def forward(self, samples: list[Tensor]) -> dict[str, Tensor]:
            nonlocal now
            now += 2
            return super().forward(samples)

    trainer = Trainer(Slow(), SCHEDULE, 30, tmp_path)
    _run(trainer, Hooks(tick=tick))
    with (tmp_path / "log.csv").open() as stream:
        assert [row["seconds_per_step"] for row in csv.DictReader(stream)] == ["8", "8", "8"]


def test_the_rate_warms_up_and_ends_low() -> None:
    factors = [rate_factor(SCHEDULE, 30, step) for step in range(30)]
    assert factors[0] < factors[1] < factors[2] == 1.0
    assert factors[-1] < 0.03
    assert all(a >= b for a, b in pairwise(factors[3:]))
    constant = SCHEDULE.model_copy(update={"decay": "constant"})
    assert rate_factor(constant, 30, 29) == 1.0


def test_epochs_become_iterations() -> None:
    schedule = SchedulePart(epochs=150, batch=4, rate=1e-6)
    assert iterations_of(schedule, 60) == 2250
    assert iterations_of(SCHEDULE, 60) == 30


def test_the_backbone_has_its_own_rate() -> None:
    stage = VideoStage(DMNAOA(preset("lite")), backbone_from=1)
    schedule = SchedulePart(iterations=1, batch=1, rate=1e-4, backbone_rate=1e-5)
    optimizer = make_optimizer(schedule, stage)
    assert [group["lr"] for group in optimizer.param_groups] == [1e-4, 1e-5]
    others, backbone = (group["params"] for group in optimizer.param_groups)
    learning = [(name, p) for name, p in stage.named_parameters() if p.requires_grad]
    assert len(others) + len(backbone) == len(learning)
    assert {id(p) for p in backbone} == {id(p) for n, p in learning if ".bfe.backbone." in n}
    # A saved optimizer holds its parameters by their place.
    assert [id(p) for p in others] == [id(p) for n, p in learning if ".bfe.backbone." not in n]


def test_what_begins_at_zero_may_have_its_own_rate() -> None:
    stage = VideoStage(DMNAOA(preset("lite").replace(others=True, ridge=True)))
    schedule = SchedulePart(iterations=1, batch=1, rate=1e-4, others_rate=1e-3, ridge_rate=2e-3)
    optimizer = make_optimizer(schedule, stage)
    assert [group["lr"] for group in optimizer.param_groups] == [1e-4, 1e-3, 2e-3]
    assert [len(group["params"]) for group in optimizer.param_groups[1:]] == [3, 3]
    alike = make_optimizer(
        schedule.model_copy(update={"others_rate": 0.0, "ridge_rate": 0.0}), stage
    )
    assert [group["lr"] for group in alike.param_groups] == [1e-4]


def test_fine_tuning_proposals_trains_the_detector_s_own_backbone() -> None:
    recipe = read_recipe(RECIPES / "paper-proposals.toml")
    stage = ProposalStage(DMNAOA(build_config(recipe)))
    optimizer = make_optimizer(recipe.schedule, stage)
    rates = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
    names = {name: rates.get(id(p)) for name, p in stage.named_parameters()}
    backbone = "network.opg.detector.backbone."
    for learns in ("body.layer2.0.conv1", "body.layer4.2.conv3", "fpn.inner_blocks.0.0"):
        assert names[f"{backbone}{learns}.weight"] == 1e-6
    assert names[f"{backbone}body.layer1.0.conv1.weight"] is None
    assert set(rates.values()) == {1e-6}


def test_the_state_of_another_model_is_refused(tmp_path: Path) -> None:
    _train(tmp_path)

    class Wider(Square):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(5, 1)

    with pytest.raises(InputError, match="another model or version"):
        Trainer(Wider(), SCHEDULE, 30, tmp_path)


def test_a_scaled_loss_trains_alike_and_is_resumed_exactly(tmp_path: Path) -> None:
    plain = _train(tmp_path / "plain")
    scaled = _run(_trainer(tmp_path / "scaled", scale=True))
    _equal(plain.stage, scaled.stage, 1e-5)
    stop = Hooks(stop=lambda: len(list((tmp_path / "parts").glob("state.pt"))) > 0)
    _run(_trainer(tmp_path / "parts", scale=True), stop)
    resumed = _trainer(tmp_path / "parts", scale=True)
    assert 0 < resumed.step < scaled.step
    _equal(_run(resumed).stage, scaled.stage)
    assert resumed.scaler.get_scale() == scaled.scaler.get_scale()


@pytest.mark.filterwarnings("error")
def test_a_step_whose_scaled_gradients_overflow_is_left_out(tmp_path: Path) -> None:
    trainer = _trainer(tmp_path / "run", scale=True)
    scale = trainer.scaler.get_scale()
    before = [p.clone() for p in trainer.stage.parameters()]
    trainer._advance([Drawn(1, torch.full((4,), 1e18), ())])  # its square, scaled, is infinite
    for old, new in zip(before, trainer.stage.parameters(), strict=True):
        assert torch.equal(old, new)
    assert trainer.scaler.get_scale() < scale
    trainer._advance([Drawn(2, torch.ones(4), ())])
    assert any(
        not torch.equal(old, new)
        for old, new in zip(before, trainer.stage.parameters(), strict=True)
    )
