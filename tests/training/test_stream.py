"""Streams of samples: alike wherever they are drawn, and what happens where nothing can be."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
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


def _number(rng: np.random.Generator) -> float:
    return float(rng.random())


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
            for batch in islice(stream(_number, seed=1, batch=2, workers=n), 3)
            for one in batch
        ]
        for n in (0, 1)
    )
    assert here == there


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_of_a_group_leaves_the_loaders_to_their_parent(
    number: signal.Signals,
) -> None:
    batches = stream(_number, seed=1, batch=2, workers=1)
    next(batches)
    loaders = multiprocessing.active_children()
    assert loaders
    for loader in loaders:
        assert loader.pid is not None
        os.kill(loader.pid, number)
    assert len(list(islice(batches, 20))) == 20  # more than were drawn ahead


def test_draws_of_every_stage_can_be_sent_to_a_process(davis: Path, folders: Path) -> None:
    for stage in ("proposals", "pretrain", "main"):
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
    return [sample.frames, sample.ids] if hasattr(sample, "frames") else [sample[0]]


@pytest.mark.parametrize("workers", [0, 1])
def test_draws_that_fail_for_good_are_told_in_one_sentence(workers: int) -> None:
    with pytest.raises(InputError) as caught:
        next(stream(_nothing, seed=1, batch=2, workers=workers))
    message = str(caught.value)
    assert message == "50 draws in a row failed; the last: a.jpg is not a readable picture"
