"""Runs that are stopped, in time or too late to matter, and what they say is left."""

import os
import signal
from pathlib import Path

import pytest
from torch import nn
from typer.testing import CliRunner

from ovos_cli.app import app
from ovos_cli.training.session import Session

RECIPE = """
name = "tiny"
stage = "main"
[start]
weights = "package"
[samples]
size = 64
length = 2
[schedule]
iterations = 2
batch = 1
rate = 1e-4
save_every = 1
[[data]]
kind = "davis"
root = "DAVIS"
[dev]
root = "DAVIS"
every = 2
frames = 2
size = 64
"""


@pytest.fixture
def command(davis: Path, tmp_path: Path) -> list[str]:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE)
    command = ["train", str(recipe), "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    return [*command, "--workers", "0", "--device", "cpu"]


def _run(command: list[str]) -> tuple[int, str]:
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_last_score_leaves_nothing_to_do(
    command: list[str], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def score(self: Session, step: int, stage: nn.Module) -> float:
        os.kill(os.getpid(), number)
        return 0.5

    monkeypatch.setattr(Session, "_evaluate", score)
    status, said = _run(command)
    assert status == 0 and "step 2 of 2" in said and "(dev 0.5000)" in said
    assert "interrupted" not in said and "run the same command" not in said


def test_a_signal_before_the_last_step_is_told(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def score(self: Session, step: int, stage: nn.Module) -> float:
        os.kill(os.getpid(), signal.SIGINT)
        return 0.5

    monkeypatch.setattr(Session, "_evaluate", score)
    status, said = _run([*command, "--set", "dev.every=1", "--set", "schedule.iterations=3"])
    assert status == 130 and "interrupted: run the same command to go on" in said
    assert "step 2 of 3" in said and "not scored yet" not in said


def test_a_time_that_runs_out_in_the_last_step_leaves_the_score(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "_evaluate", lambda self, step, stage: 0.5)
    command += ["--set", "schedule.iterations=1", "--minutes", "0"]
    status, said = _run(command)
    assert status == 0 and "not scored yet: run the same command for the score" in said
    status, said = _run(command)
    assert status == 0 and "(dev 0.5000)" in said and "not scored yet" not in said
