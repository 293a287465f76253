"""detectron2: how its instances are read, and what is said of its weights."""

import importlib.util
import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from models.errors import InputError
from models.functional.masks import paste_masks
from models.hub.presets import preset
from models.modules.external_proposals import ExternalProposals
from models.network import DMNAOA
from models.sources import detectron
from models.sources.detectron import Detectron2Proposals
from models.sources.install import digest_of
from tests.sources.detectron_stand_in import parts, stand_in

INSTALLED = importlib.util.find_spec("detectron2") is not None
needs_detectron2 = pytest.mark.skipif(
    not INSTALLED, reason="detectron2 is not installed; it is optional and on no package index"
)


def _instances(masks: torch.Tensor) -> SimpleNamespace:
    """The fields of detectron2's Instances that are read."""
    boxes = torch.tensor([[8.0, 8, 40, 40], [9, 8, 41, 40], [60, 20, 92, 52]])
    return SimpleNamespace(
        image_size=(64, 96),
        pred_boxes=SimpleNamespace(tensor=boxes),
        scores=torch.tensor([0.3, 0.9, 0.6]),
        pred_masks=masks,
    )


def _region_masks() -> torch.Tensor:
    masks = torch.zeros(3, 1, 28, 28)
    masks[:, :, 7:21, 7:21] = 0.9
    return masks


def _frame_masks() -> torch.Tensor:
    boxes = _instances(torch.zeros(0)).pred_boxes.tensor
    return paste_masks(_region_masks()[:, 0], boxes, 64, 96, 1) > 0.5


@pytest.mark.parametrize("masks", [_region_masks(), _region_masks()[:, 0], _frame_masks()])
def test_soft_masks_of_regions_and_whole_masks_of_the_frame_give_the_same(masks) -> None:
    source = Detectron2Proposals(None, "BGR", preset("lite"))
    proposals = source._select(_instances(masks))
    # The first box overlaps the better second one.
    torch.testing.assert_close(proposals.scores, torch.tensor([0.9, 0.6]))
    expected = torch.tensor([[17.0, 16, 33, 32], [68, 28, 84, 44]])
    torch.testing.assert_close(proposals.boxes, expected, atol=0.6, rtol=0)
    assert (proposals.masks.mean(dim=(1, 2)) > 0.8).all()


def test_boxes_without_extent_are_left_out() -> None:
    masks = _region_masks()
    instances = _instances(masks)
    instances.pred_boxes.tensor[1, 2] = instances.pred_boxes.tensor[1, 0]
    proposals = Detectron2Proposals(None, "BGR", preset("lite"))._select(instances)
    torch.testing.assert_close(proposals.scores, torch.tensor([0.6, 0.3]))


def test_boxes_of_models_that_only_give_masks_are_not_looked_at() -> None:
    instances = _instances(_frame_masks())
    instances.pred_boxes.tensor = torch.zeros(3, 4)
    proposals = Detectron2Proposals(None, "BGR", preset("lite"))._select(instances)
    torch.testing.assert_close(proposals.scores, torch.tensor([0.9, 0.6]))


def test_no_instances_are_no_proposals() -> None:
    source = Detectron2Proposals(None, "BGR", preset("lite"))
    nothing = SimpleNamespace(
        image_size=(64, 96),
        pred_boxes=SimpleNamespace(tensor=torch.zeros(0, 4)),
        scores=torch.zeros(0),
        pred_masks=torch.zeros(0, 1, 28, 28),
    )
    assert len(source._select(nothing)) == 0


@pytest.mark.parametrize("found", [{"sem_seg": None}, SimpleNamespace(pred_boxes=None)])
def test_results_without_instances_or_masks_are_named(
    found: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    source = Detectron2Proposals(nn.Identity(), "BGR", preset("lite"))
    monkeypatch.setattr(source, "_infer", lambda inputs: [found])
    with pytest.raises(InputError, match="finds no instances with boxes and masks"):
        source.propose(torch.zeros(1, 3, 64, 64), None)


def test_configuration_and_weights_are_told_apart_by_content() -> None:
    config = preset("lite")
    layer = torch.nn.Linear(2, 2)
    one = Detectron2Proposals(layer, "BGR", config, "a: 1").digest
    assert one == Detectron2Proposals(layer, "BGR", config, "a: 1").digest
    assert one != Detectron2Proposals(layer, "BGR", config, "a: 2").digest
    network = DMNAOA(config)
    assert digest_of(network) is None
    layer.weight.data += 1
    network.opg = ExternalProposals(Detectron2Proposals(layer, "BGR", config, "a: 1"))
    assert digest_of(network) not in (None, one)


def _configuration(folder: Path, weights: str = "model_final.pkl") -> str:
    file = folder / "mine.yaml"
    file.write_text(f"MODEL: {{WEIGHTS: '{weights}'}}")
    return str(file)


def test_weights_that_fill_the_whole_model_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = parts().state_dict()
    model = stand_in(monkeypatch, lambda model, path: model.load_state_dict(whole, strict=False))
    Detectron2Proposals.load(_configuration(tmp_path), preset("lite"))
    assert all(torch.equal(model.state_dict()[name], value) for name, value in whole.items())
    assert model.pixel_mean.tolist() == [1, 1, 1]  # of the configuration, not of the weights


def test_weights_of_a_part_of_the_model_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {f"backbone.{k}": v for k, v in nn.BatchNorm2d(2).state_dict().items()}
    stand_in(monkeypatch, lambda model, path: model.load_state_dict(part, strict=False))
    with pytest.raises(InputError, match=r"do not fill the model: head\.weight and 1 more"):
        Detectron2Proposals.load(_configuration(tmp_path), preset("lite"))
    backbone = _configuration(tmp_path, "detectron2://ImageNetPretrained/MSRA/R-50.pkl")
    with pytest.raises(InputError, match="names weights of a backbone"):
        Detectron2Proposals.load(backbone, preset("lite"))


def test_a_model_that_cannot_be_built_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    (tmp_path / "mine.py").write_text(
        "model = dict(_target_=open, file='gone.txt')\ntrain = dict(init_checkpoint='a.pkl')"
    )
    with pytest.raises(InputError, match=r"mine\.py' cannot be built: .*gone\.txt"):
        Detectron2Proposals.load(str(tmp_path / "mine.py"), preset("lite"))


def test_a_file_that_is_named_comes_before_one_of_its_name_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def load(model: nn.Module, path: str) -> None:
        taken.append(path)
        model.load_state_dict(parts().state_dict(), strict=False)

    stand_in(monkeypatch, load)
    monkeypatch.setattr(detectron, "weights_folder", lambda given: given or tmp_path / "cache")
    for folder in ("cache", "own", "given"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model_final.pth").touch()
    own = str(tmp_path / "own/model_final.pth")
    named = _configuration(tmp_path, own)
    Detectron2Proposals.load(named, preset("lite"))
    Detectron2Proposals.load(named, preset("lite"), tmp_path / "given")
    address = _configuration(tmp_path, "https://example.org/model_final.pth")
    Detectron2Proposals.load(address, preset("lite"))
    places = ("given/model_final.pth", "cache/model_final.pth")
    assert taken == [own, *(str(tmp_path / place) for place in places)]


@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"no pickle", b"PK\x03\x04"])
def test_damaged_weights_are_named(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(model: nn.Module, path: str) -> None:
        model.load_state_dict(pickle.loads(Path(path).read_bytes()))

    stand_in(monkeypatch, load)
    (tmp_path / "model_final.pkl").write_bytes(content)
    with pytest.raises(InputError, match="cannot be fetched or read") as caught:
        Detectron2Proposals.load(_configuration(tmp_path), preset("lite"), tmp_path)
    assert str(tmp_path / "model_final.pkl") in str(caught.value)


@needs_detectron2
def test_channels_are_in_the_order_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.sources.small_detectron import small_detectron

    source = small_detectron(preset("lite"))
    seen = []
    monkeypatch.setattr(source.model, "inference", lambda inputs, **_: seen.extend(inputs) or [])
    frame = torch.zeros(1, 3, 64, 64)
    frame[:, 0] = 1.0  # red
    source.propose(frame, None)
    assert seen[0]["image"][:, 0, 0].tolist() == [0, 0, 255]
