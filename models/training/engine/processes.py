"""One process, or several that `torchrun` started: who is who, and how they agree."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from models.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """This process's place among all.

    rank: 0 writes files and speaks. world: how many there are. device: this process's.
    """

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes and speaks."""
        return self.rank == 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """PyTorch's DistributedDataParallel where there are several processes."""
        if self.world == 1:
            return module
        # Which parts take part depends on the sample: no proposal, no match.
        return DistributedDataParallel(
            module,
            device_ids=[self.device] if self.device.type == "cuda" else None,
            find_unused_parameters=True,
        )

    def barrier(self) -> None:
        """Wait for all."""
        if self.world > 1:
            dist.barrier()

    def gather(self, value: T) -> list[T]:
        """The values of all processes, by rank."""
        if self.world == 1:
            return [value]
        values: list[Any] = [None] * self.world
        dist.all_gather_object(values, value)
        return values

    def mean(self, values: dict[str, float]) -> dict[str, float]:
        """The mean of each value over all processes, which have the same names."""
        every = self.gather(values)
        return {name: sum(one[name] for one in every) / len(every) for name in values}

    def any(self, flag: bool) -> bool:
        """Whether any process says yes, so that all stop together."""
        if self.world == 1:
            return flag
        value = torch.tensor([float(flag)], device=self.device)
        dist.all_reduce(value, op=dist.ReduceOp.MAX)
        return bool(value.item())


@contextmanager
def processes(device: torch.device) -> Iterator[Processes]:
    """Join the group that `torchrun` described in the environment, or be alone.

    Raises:
        InputError: the environment is incomplete.
    """
    given = os.environ.get("WORLD_SIZE", "1")
    if given == "1":
        yield Processes(0, 1, device)
        return
    try:
        world, rank, local = (int(os.environ[n]) for n in ("WORLD_SIZE", "RANK", "LOCAL_RANK"))
        os.environ["MASTER_ADDR"], os.environ["MASTER_PORT"]
    except ValueError as error:
        raise InputError(
            f"WORLD_SIZE, RANK and LOCAL_RANK must be numbers ({error}); start with torchrun"
        ) from error
    except KeyError as error:
        raise InputError(
            f"WORLD_SIZE is {given} but {error.args[0]} is missing; start with torchrun"
        ) from error
    if device.type == "cuda":
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    # The others wait while the leading one scores, longer than the default of ten minutes.
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=timedelta(hours=2))
    try:
        yield Processes(rank, world, device)
    finally:
        dist.destroy_process_group()
