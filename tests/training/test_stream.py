"""Streams of samples: alike wherever they are drawn, and what happens where nothing can be."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from models.errors import InputError
from models.training.build import build_samples
from models.training.data.catalog import open_data
from models.training.engine.stream import stream
from models.training.recipe import Recipe
from models.training.samples.one_object import ObjectView
from tests.conftest import ROOT
from tests.training.light import number


def _nothing(rng: np.random.Generator) -> float:
    raise InputError("a.jpg is not a readable picture")


@pytest.fixture
def spawned() -> Iterator[None]:
    """Processes that start afresh, as on macOS and Windows."""
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method("spawn", force=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("spawned")
def test_a_process_that_is_not_forked_draws_the_same() -> None:
    here, there = (
        [
            one.sample
            for batch in islice(stream(number, seed=1, batch=2, workers=n), 3)
            for one in batch
        ]
        for n in (0, 1)
    )
    assert here == there


TRAINING = """
import os, signal, sys, time
from models.training.engine import stream as module

def draw(rng):
    if sys.argv[1] == "hang":
        os.write(1, b"hanging\\n")  # at once: two processes write
        time.sleep(600)
    return 1

noted = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: noted.append(number))
module._WATCH = 0.2
batches = module.stream(draw, seed=1, batch=1, workers=2)
if sys.argv[1] == "hang":
    signal.signal(signal.SIGINT, signal.default_int_handler)
next(batches)
print("ready", flush=True)
for _ in range(2):
    while not noted:
        time.sleep(0.02)
    time.sleep(0.5)  # a loader that heeds the signal ends
    noted.clear()
    # More than were drawn ahead.
    print(sum(len(next(batches)) for _ in range(50)), flush=True)
"""


@contextmanager
def _training(what: str, *said: str) -> Iterator[subprocess.Popen[str]]:
    """A process group that trains and has said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING, what],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in said] == [f"{line}\n" for line in said]
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_signal_to_all_processes_of_a_group_leaves_the_loaders_to_their_parent() -> None:
    with _training("draw", "ready") as process:
        assert process.stdout is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            os.killpg(process.pid, number)
            assert process.stdout.readline() == "50\n"
        assert (process.communicate(timeout=60)[0], process.returncode) == ("", 0)


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_loader_that_hangs_ends_with_its_parent(interrupted: bool) -> None:
    with _training("hang", "hanging", "hanging") as process:
        time.sleep(0.2)  # the parent waits for data
        if interrupted:
            os.killpg(process.pid, signal.SIGTERM)
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
        process.communicate(timeout=30)  # ends with the last of the group


def test_draws_of_every_stage_can_be_sent_to_a_process(davis: Path, folders: Path) -> None:
    for stage in ("proposals", "pretrain", "main", "clicks"):
        data = [{"kind": "davis", "root": davis.name}, {"kind": "folders", "root": folders.name}]
        schedule = {"iterations": 1, "batch": 1, "rate": 1}
        recipe = Recipe.model_validate(
            {"name": "x", "stage": stage, "data": data, "schedule": schedule}
        )
        draw = build_samples(recipe, [open_data(part, davis.parent) for part in recipe.data]).draw
        sent = pickle.loads(pickle.dumps(draw))
        for a, b in zip(_tensors(draw), _tensors(sent), strict=True):
            assert torch.equal(a, b)


def _tensors(draw: object) -> list[Tensor]:
    assert callable(draw)
    sample = draw(np.random.default_rng(3))
    if isinstance(sample, ObjectView):
        return [sample.image, sample.truth]
    return [sample.frames, sample.ids] if hasattr(sample, "frames") else [sample[0]]


@pytest.mark.parametrize("workers", [0, 1])
def test_draws_that_fail_for_good_are_told_in_one_sentence(workers: int) -> None:
    with pytest.raises(InputError) as caught:
        next(stream(_nothing, seed=1, batch=2, workers=workers))
    message = str(caught.value)
    assert message == "50 draws in a row failed; the last: a.jpg is not a readable picture"
