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

ROOT = Path(__file__).parents[2]

WORKER = """
import sys
from pathlib import Path

import torch

from models.errors import InputError
from models.training.engine.hooks import Hooks
from models.training.engine.processes import processes
from models.training.engine.stream import stream
from models.training.engine.trainer import Trainer
from models.training.recipe import SchedulePart
from tests.training.test_trainer import _draw


class Plain(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.other = torch.nn.Linear(4, 1), torch.nn.Linear(4, 1)

    def forward(self, samples):
        x = torch.stack(samples)
        # As with proposals, a part takes part in some samples only.
        layer = self.layer if float(x.sum()) > 0 else self.other
        return {"square": (layer(x)[:, 0] - x.sum(1)).square().mean()}


def draw(rng):
    if rng.random() < 0.2:
        raise InputError("broken.jpg is not a readable picture")
    return _draw(rng)


def train(team):
    schedule = SchedulePart(iterations=12, batch=4, rate=0.05, warmup=2, ema=0.5)
    torch.manual_seed(0)
    trainer = Trainer(Plain(), schedule, 12, Path(sys.argv[1]), team=team)
    trainer.run(
        lambda step: stream(
            draw, seed=5, batch=4, start=step, rank=team.rank, world=team.world
        ),
        Hooks(stop=lambda: trainer.step == int(sys.argv[2]) and team.rank == 1),
    )


# What holds the group must not live on into the interpreter's end, as a trainer of the module
# would: gloo's threads may then abort the process.
with processes(torch.device("cpu")) as team:
    train(team)
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _launch(script: Path, out: Path, world: int, stop: int) -> dict[str, Any]:
    port, children = str(_free_port()), []
    for rank in range(world):
        environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
        environment |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        command = [sys.executable, str(script), str(out), str(stop)]
        children.append(subprocess.Popen(command, env=environment))
    assert [child.wait(timeout=240) for child in children] == [0] * world
    state: dict[str, Any] = torch.load(out / "state.pt", weights_only=True)
    return state


def test_two_gloo_processes_take_a_single_process_s_steps(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    alone = _launch(script, tmp_path / "one", 1, stop=99)
    # Any process may stop all of them; they go on together, too.
    _launch(script, tmp_path / "two", 2, stop=5)
    together = _launch(script, tmp_path / "two", 2, stop=99)
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
