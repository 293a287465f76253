"""Scores on development videos are those of `ovos benchmark` and `ovos propose --recall`."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models import Precision
from models.errors import InputError
from models.sources.names import SourceName
from models.tracking.segmenter import Segmenter
from models.training.data.catalog import DataSet, open_data
from models.training.recipe import DataPart, DevPart
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


def test_frames_without_truth_are_followed_and_not_scored(davis: Path) -> None:
    network = ModelMethod().loaded().network
    device = torch.device("cpu")

    def score(*scored: str) -> float:
        part = DevPart(root=str(davis), size=SIZE, frames=FRAMES, scored=scored)
        dev = DevSet(part, davis)
        dev.check("main")
        return dev.segmentation(network, device, Precision.FP32).score

    chosen = score("00002", "00004")
    assert chosen != score()
    for name in ("00001", "00003"):
        (davis / "Annotations/480p/others" / f"{name}.png").unlink()
    assert score() == chosen
    with pytest.raises(InputError, match="none of the frames to score is annotated"):
        score("00003")


def test_videos_trained_on_in_other_frames_are_told_apart(davis: Path) -> None:
    def data(*frames: str) -> DataSet:
        root = str(davis)
        return open_data(DataPart(kind="davis", root=root, split="val", frames=frames), davis)

    dev = DevSet(DevPart(root=str(davis), scored=("00002", "00004")), davis)
    apart, shared = data("00000", "00001", "00003"), data("00001", "00002")
    assert (dev.trained_on([apart]), dev.akin_to([apart])) == ([], ["others"])
    assert (dev.trained_on([shared]), dev.akin_to([shared])) == (["others"], [])
    assert [f.image_path.stem for f in apart.videos[0].frames] == ["00000", "00001", "00003"]
    with pytest.raises(InputError, match="none of the annotated frames"):
        data("77777")
