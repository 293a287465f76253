"""detectron2: how its instances are read, and what is said where it is missing."""

import importlib.util
import sys
from types import SimpleNamespace

import pytest
import torch

from models.errors import InputError
from models.functional.masks import paste_masks
from models.modules.external_proposals import ExternalProposals
from models.network import DMNAOA
from models.presets import preset
from models.sources.detectron import PAPERS_CONFIG, Detectron2Proposals, read_config
from models.sources.install import digest_of, use_source
from models.sources.names import SourceName

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


def test_no_instances_are_no_proposals() -> None:
    source = Detectron2Proposals(None, "BGR", preset("lite"))
    nothing = SimpleNamespace(
        image_size=(64, 96),
        pred_boxes=SimpleNamespace(tensor=torch.zeros(0, 4)),
        scores=torch.zeros(0),
        pred_masks=torch.zeros(0, 1, 28, 28),
    )
    assert len(source._select(nothing)) == 0


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


def test_where_it_is_missing_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "detectron2", None)
    with pytest.raises(InputError, match="--no-build-isolation") as error:
        use_source(DMNAOA(preset("lite")), SourceName.parse(f"detectron2:{PAPERS_CONFIG}"))
    assert "setuptools<81" in str(error.value)


@needs_detectron2
def test_unknown_configurations_and_ones_without_masks_are_named() -> None:
    with pytest.raises(InputError, match=r"no configuration 'nonsense\.yaml'"):
        read_config("nonsense.yaml")
    with pytest.raises(InputError, match="boxes without masks"):
        read_config("COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml")


@needs_detectron2
def test_the_papers_configuration_is_read_as_it_selects() -> None:
    settings = read_config(PAPERS_CONFIG)
    assert settings.MODEL.RESNETS.NUM_GROUPS == 32 and settings.MODEL.RESNETS.WIDTH_PER_GROUP == 8
    assert settings.MODEL.ROI_HEADS.SCORE_THRESH_TEST == 0.0
    assert settings.INPUT.FORMAT == "BGR"


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
