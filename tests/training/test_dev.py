"""Scores on development videos are those of `ovos benchmark` and `ovos propose --recall`."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models import Precision
from models.sources.names import SourceName
from models.tracking.segmenter import Segmenter
from models.training.recipe import DevPart
from ovos_cli.benchmarking.method import ModelMethod
from ovos_cli.benchmarking.runner import run_sequence
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.propose.dataset import measure
from ovos_cli.training.dev import DevSet

SIZE, FRAMES = 96, 5


@pytest.fixture
def dev(davis: Path) -> DevSet:
    part = DevPart(root=str(davis), split="val", year="2017", size=SIZE, frames=FRAMES)
    return DevSet(part, davis)


def test_region_and_contour_are_the_benchmarks(dev: DevSet, davis: Path, tmp_path: Path) -> None:
    method = ModelMethod(size=SIZE, device="cpu", precision=Precision.FP32)
    (sequence,) = open_dataset(DatasetName.DAVIS17, davis).sequences
    scores = run_sequence(sequence, method, tmp_path / "o")
    # The benchmark leaves out the last frame of all, dev what is beyond its first few.
    values = [
        (np.mean(o.j[: FRAMES - 1]) + np.mean(o.f[: FRAMES - 1])) / 2
        for o in scores.objects.values()
    ]
    found = dev.segmentation(method.loaded().network, torch.device("cpu"), Precision.FP32)
    assert 0.1 < found.score < 1
    assert found.by_sequence == {"others": pytest.approx(np.mean(values), abs=1e-9)}


def test_recall_is_that_of_proposing(dev: DevSet, davis: Path) -> None:
    network = ModelMethod().loaded().network
    data = open_dataset(DatasetName.DAVIS17, davis)
    outcome = measure(
        data,
        network,
        SourceName.parse("lite"),
        lambda: Segmenter(network, size=SIZE, device="cpu", precision=Precision.FP32),
        every=12,
        keep=0,
        tick=lambda: None,
    )
    found = dev.proposals(network, torch.device("cpu"), Precision.FP32)
    assert 0.1 < found.score < 1
    recall = outcome.tally.recall(network.config.max_proposals, "others").mean
    assert found.by_sequence == {"others": pytest.approx(recall, abs=1e-9)}
