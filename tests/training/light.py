"""What processes of the tests run; imports little, as each process does so anew.

As a script, one of several that train together: it stops in the middle, then goes on.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.errors import InputError
from models.training.engine.hooks import Hooks
from models.training.engine.processes import Processes, processes
from models.training.engine.stream import stream
from models.training.engine.trainer import Trainer
from models.training.recipe import SchedulePart


def number(rng: np.random.Generator) -> float:
    """A sample."""
    return float(rng.random())


class Plain(nn.Module):
    """Two layers that learn to add; one of them takes part in each step."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.other = nn.Linear(4, 1), nn.Linear(4, 1)

    def forward(self, samples: list[Tensor]) -> dict[str, Tensor]:
        x = torch.stack(samples)
        # As with proposals, a part takes part in some samples only.
        layer = self.layer if float(x.sum()) > 0 else self.other
        return {"square": (layer(x)[:, 0] - x.sum(1)).square().mean()}


def _draw(rng: np.random.Generator) -> Tensor:
    if rng.random() < 0.2:
        raise InputError("broken.jpg is not a readable picture")
    return torch.from_numpy(rng.normal(size=4)).float()


def train(team: Processes, out: Path, stop: int | None = None) -> None:
    """Train, to the end or until the second process stops all of them at a step."""
    schedule = SchedulePart(iterations=12, batch=4, rate=0.05, warmup=2, ema=0.5)
    torch.manual_seed(0)
    trainer = Trainer(Plain(), schedule, 12, out, team=team)
    trainer.run(
        lambda step: stream(_draw, seed=5, batch=4, start=step, rank=team.rank, world=team.world),
        Hooks(stop=lambda: trainer.step == stop and team.rank == 1),
    )


if __name__ == "__main__":
    # What holds the group must not live on into the interpreter's end, as a trainer of the module
    # would: gloo's threads may then abort the process.
    with processes(torch.device("cpu")) as group:
        folder = Path(sys.argv[1])
        train(group, folder, 5)
        assert torch.load(folder / "state.pt", weights_only=True)["step"] == 5
        train(group, folder)
