"""The paper's recipes take a step, in the paper's order, on data sets of a few pictures.

Published weights cannot be fetched in a test: random ones of their names and shapes stand in.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from typer.testing import CliRunner

from models.hub import backbone_weights as backbones
from models.sources import install
from models.training.engine import trainer
from ovos_cli.app import app
from tests.data_sets import coco, davis, youtube
from tests.published import backbone_weights, detector_weights, few_regions

__all__ = ["coco", "davis", "youtube"]
SMALL = [
    f"--set={setting}"
    for setting in (
        *("samples.size=64", "samples.length=2"),
        *("schedule.epochs=1", "schedule.batch=1", "schedule.micro_batch=1"),
        "schedule.rate=1e-3",  # the paper's would not show in half precision after one step
    )
]


def _published(url: str, folder: Path | None) -> dict[str, Tensor]:
    if "maskrcnn_resnet50_fpn_coco" in url:
        return detector_weights()
    return backbone_weights(Path(url).name.partition("-")[0])


@pytest.fixture(autouse=True)
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights without a network; the recipes' own folders, `runs/NAME`, lie in a fresh one.

    States to go on from, of a gigabyte each, are not written.
    """
    few_regions(monkeypatch)
    monkeypatch.setattr(trainer, "save_state", lambda *_: None)
    monkeypatch.setattr(backbones, "fetch", _published)
    monkeypatch.setattr(install, "fetch", _published)
    monkeypatch.chdir(tmp_path)


def _train(recipe: str, *more: str) -> dict[str, Tensor]:
    """Its weights after a run, from the folder that the next recipe expects."""
    command = ["train", recipe, "--data", ".", "--workers", "0", "--device", "cpu", *SMALL, *more]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "step 1 of 1" in result.output
    return load_file(Path("runs") / recipe / "last.safetensors")


def _moved(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> set[str]:
    """Parts of the network (bfe, opg, …) in which a step changed something."""
    return {n.partition(".")[0] for n in before if not torch.equal(before[n], after[n])}


def test_pretraining_then_a_main_training_on_each_data_set(
    coco: Path, davis: Path, youtube: Path
) -> None:
    pretrained = _train("paper-pretrain")
    for name in ("paper-davis", "paper-ytvos"):
        moved = _moved(pretrained, _train(name))
        assert {"otg", "am", "mrn"} <= moved and "opg" not in moved, name


def test_the_proposals_are_tuned_and_then_pretraining_starts_from_them(
    coco: Path, youtube: Path
) -> None:
    tuned = _train("paper-proposals")
    published = _published("maskrcnn_resnet50_fpn_coco", None)
    own = {n.removeprefix("opg.detector."): v for n, v in tuned.items()}
    assert any(
        not torch.equal(v, published[n].to(v.dtype)) for n, v in own.items() if n in published
    )
    pretrained = _train("paper-pretrain", "--set=start.proposals=runs/paper-proposals")
    assert "opg" not in _moved(tuned, pretrained)


def test_pretraining_of_r101(coco: Path) -> None:
    names = _train("paper-pretrain", "--set=model.preset=r101")
    assert "bfe.backbone.layer3.22.conv1.weight" in names
