"""Two processes take the steps that one would."""

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from models.errors import InputError
from models.training.engine.processes import processes
from tests.conftest import ROOT
from tests.training import light


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _launch(out: Path, world: int) -> None:
    port, children = str(_free_port()), []
    for rank in range(world):
        environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
        environment |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        command = [sys.executable, "-m", light.__name__, str(out)]
        children.append(subprocess.Popen(command, env=environment))
    assert [child.wait(timeout=240) for child in children] == [0] * world


def _state(out: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(out / "state.pt", weights_only=True)
    return state


def test_two_gloo_processes_take_a_single_process_s_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with processes(torch.device("cpu")) as team:
        light.train(team, tmp_path / "one")
    # Any process may stop all of them; they go on together, too.
    _launch(tmp_path / "two", 2)
    alone, together = _state(tmp_path / "one"), _state(tmp_path / "two")
    for name, value in alone["module"].items():
        torch.testing.assert_close(value, together["module"][name], rtol=1e-5, atol=1e-6)
    logs = [list(csv.DictReader((tmp_path / n / "log.csv").open())) for n in ("one", "two")]
    losses = [{row["step"]: float(row["square"]) for row in log} for log in logs]
    assert losses[0].keys() == losses[1].keys() == {"10", "12"}  # of the samples of all processes
    assert losses[0]["12"] == pytest.approx(losses[1]["12"], rel=1e-4)
    # AdamW hardly minds the gradients' scale; their averages do.
    states = (alone["optimizer"]["state"], together["optimizer"]["state"])
    for index, averages in states[0].items():
        for name in ("exp_avg", "exp_avg_sq"):
            torch.testing.assert_close(averages[name], states[1][index][name], rtol=1e-4, atol=1e-7)
    assert alone["skipped"] == together["skipped"] != {}


@pytest.mark.parametrize(
    ("variables", "message"),
    [({"WORLD_SIZE": "two"}, "must be numbers"), ({"WORLD_SIZE": "2"}, "RANK is missing")],
)
def test_half_an_environment_of_torchrun_is_named(
    variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RANK", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=message), processes(torch.device("cpu")):
        pass
