"""Published weights: fetched once, checked, refused with a reason. No network is needed."""

import hashlib
from pathlib import Path

import pytest
import torch
from torchvision.models import detection, resnet50

from models.config import ProposalSource
from models.errors import InputError
from models.hub.backbone_weights import BackboneWeights, load_backbone
from models.hub.downloads import fetch
from models.hub.presets import preset
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.network import DMNAOA
from models.sources import install
from models.sources.install import use_source
from models.sources.names import SourceName

NOWHERE = "http://127.0.0.1:9/weights-0123abcd.pth"


def publish(folder: Path, state: dict[str, torch.Tensor], name: str = "weights") -> str:
    """Save a state dict under torch.hub's naming and return its address."""
    folder.mkdir(exist_ok=True)
    plain = folder / "plain.pth"
    torch.save(state, plain)
    digest = hashlib.sha256(plain.read_bytes()).hexdigest()[:8]
    return plain.rename(folder / f"{name}-{digest}.pth").as_uri()


def test_weights_are_fetched_once_and_kept(tmp_path: Path) -> None:
    url = publish(tmp_path / "site", {"x": torch.arange(3.0)})
    for _ in range(2):
        torch.testing.assert_close(fetch(url, tmp_path / "kept")["x"], torch.arange(3.0))
        (tmp_path / "site" / Path(url).name).unlink(missing_ok=True)


def test_what_lies_there_is_checked_too(tmp_path: Path) -> None:
    url = publish(tmp_path / "site", {"x": torch.zeros(3)})
    kept = tmp_path / "kept" / Path(url).name
    fetch(url, kept.parent)
    kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    with pytest.raises(InputError, match="is damaged: its sha256 starts with"):
        fetch(url, kept.parent)


def test_a_site_that_sends_something_else_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    url = publish(tmp_path / "site", {"x": torch.zeros(3)})
    sent = tmp_path / "site" / Path(url).name
    sent.write_bytes(b"not what was promised")
    with pytest.raises(InputError, match="not what its name says"):
        fetch(url, tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_without_a_network_the_error_says_which_file_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        fetch(NOWHERE, tmp_path / "kept")
    assert str(tmp_path / "kept" / "weights-0123abcd.pth") in str(error.value)
    assert NOWHERE in str(error.value) and "--weights-dir" in str(error.value)


def _randomize(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Numbers in every tensor, statistics of normalization included, that do not explode."""
    torch.manual_seed(0)
    state = model.state_dict()
    for name, value in state.items():
        if name.endswith(("running_var", "bn1.weight", "bn2.weight")):
            value.uniform_(0.5, 1.5)
        elif name.endswith("bn3.weight"):
            value.uniform_(0.0, 0.2)
        elif name.endswith("running_mean"):
            value.normal_(0, 0.1)
    return state


@pytest.mark.parametrize(
    ("name", "builder", "weights"),
    [
        (
            "maskrcnn-r50",
            detection.maskrcnn_resnet50_fpn,
            detection.MaskRCNN_ResNet50_FPN_Weights.COCO_V1,
        ),
        (
            "maskrcnn-r50-v2",
            detection.maskrcnn_resnet50_fpn_v2,
            detection.MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1,
        ),
    ],
)
def test_the_detector_is_torchvisions_own_with_its_weights(
    name: str, builder, weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """torchvision, told to load the same numbers as its COCO weights, finds the same."""
    own = ProposalSource(name)
    config = preset("r50").replace(proposals=own)
    state = _randomize(MaskRCNNProposalGenerator(config).detector)
    monkeypatch.setattr(type(weights), "get_state_dict", lambda self, **_: state)
    kept = 4 * config.max_proposals  # more than torchvision keeps by itself
    reference = builder(weights=weights, box_score_thresh=0.0, box_detections_per_img=kept).eval()

    monkeypatch.setitem(install.COCO_WEIGHTS, SourceName.parse(name).kind, publish(tmp_path, state))
    network = DMNAOA(preset("lite"))
    use_source(network, SourceName.parse(name), tmp_path / "kept")
    detector = network.opg.detector
    norms = [
        [(type(m), m.eps) for m in model.modules() if "BatchNorm" in type(m).__name__]
        for model in (reference, detector)
    ]
    assert norms[0] == norms[1]
    for model in (reference, detector):
        model.rpn._post_nms_top_n = {"training": 20, "testing": 20}
    frame = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        reference.transform.min_size, reference.transform.max_size = (64,), 96
        [theirs] = reference([frame[0]])
        images, maps = network.opg._maps(frame)
        regions, _ = detector.rpn(images, maps)
        [ours], _ = detector.roi_heads(maps, regions, images.image_sizes)
    assert len(theirs["boxes"]) > 0
    torch.testing.assert_close(ours["boxes"], theirs["boxes"], atol=1e-2, rtol=1e-3)
    torch.testing.assert_close(ours["scores"], theirs["scores"], atol=1e-4, rtol=1e-3)


def test_weights_of_another_model_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = SourceName.parse("maskrcnn-r50").kind
    monkeypatch.setitem(install.COCO_WEIGHTS, kind, publish(tmp_path, {"x": torch.zeros(1)}))
    with pytest.raises(InputError, match="do not fit"):
        use_source(DMNAOA(preset("lite")), SourceName.parse("maskrcnn-r50"), tmp_path / "kept")


def test_imagenet_and_coco_weights_fill_the_backbone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import models.hub.backbone_weights as module

    theirs = resnet50(weights=None).eval()
    state = _randomize(theirs)
    url = publish(tmp_path, state)
    monkeypatch.setattr(
        module, "get_pretrained_cfg", lambda *_, **__: type("Listed", (), {"url": url})
    )
    network = DMNAOA(preset("r50")).eval()
    load_backbone(network, BackboneWeights.IMAGENET, tmp_path / "kept")
    frame = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        x = theirs.maxpool(theirs.relu(theirs.bn1(theirs.conv1(frame))))
        expected = theirs.layer3(theirs.layer2(theirs.layer1(x)))
        torch.testing.assert_close(network.bfe.backbone(frame)[2], expected)

    detector = {f"backbone.body.{key}": value + 1 for key, value in state.items()}
    url = publish(tmp_path, detector)
    monkeypatch.setattr(
        module,
        "MaskRCNN_ResNet50_FPN_Weights",
        type("W", (), {"COCO_V1": type("V", (), {"url": url})}),
    )
    load_backbone(network, BackboneWeights.COCO, tmp_path / "kept")
    first = network.bfe.backbone.state_dict()["conv1.weight"]
    torch.testing.assert_close(first, state["conv1.weight"] + 1)


def test_backbones_without_published_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="COCO weights are there for resnet50"):
        load_backbone(DMNAOA(preset("lite")), BackboneWeights.COCO, tmp_path)
    with pytest.raises(InputError, match="no ImageNet weights"):
        load_backbone(DMNAOA(preset("lite")), BackboneWeights.IMAGENET, tmp_path)
