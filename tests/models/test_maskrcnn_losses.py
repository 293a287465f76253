"""Training losses of the Mask R-CNN generators on objects without a class."""

import pytest
import torch

from models.config import ProposalSource
from models.hub.presets import preset
from models.modules.base_features import BaseFeatureExtractor
from models.modules.lite_proposals import LiteProposalGenerator
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator

NAMES = {
    "loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg", "loss_mask",
}  # fmt: skip


def _targets() -> list[dict[str, torch.Tensor]]:
    masks = torch.zeros(2, 64, 96, dtype=torch.uint8)
    masks[0, 10:50, 10:40], masks[1, 20:60, 50:90] = 1, 1
    boxes = torch.tensor([[10.0, 10, 40, 50], [50, 20, 90, 60]])
    target = {"boxes": boxes, "labels": torch.ones(2, dtype=torch.int64), "masks": masks}
    return [target, {k: v[:1] for k, v in target.items()}]


def _generator(own: ProposalSource) -> MaskRCNNProposalGenerator:
    torch.manual_seed(0)
    generator = MaskRCNNProposalGenerator(preset("r50").replace(proposals=own))
    for name, value in generator.state_dict().items():
        if name.endswith("bn3.weight"):
            value.mul_(0.1)
    generator.detector.rpn._post_nms_top_n = {"training": 40, "testing": 40}
    return generator.train()


@pytest.mark.parametrize("own", [ProposalSource.MASKRCNN_R50, ProposalSource.MASKRCNN_R50_V2])
def test_a_step_reaches_every_head_and_spares_the_frozen_parts(own: ProposalSource) -> None:
    generator = _generator(own).requires_grad_(False).requires_grad_(True)
    before = {k: v.clone() for k, v in generator.named_buffers()}
    losses = generator.losses(torch.rand(2, 3, 64, 96), None, _targets())
    assert set(losses) == NAMES
    assert all(torch.isfinite(value) for value in losses.values())
    torch.stack(list(losses.values())).sum().backward()
    touched = {n for n, p in generator.named_parameters() if p.grad is not None}
    for part in ("rpn.head", "box_predictor.cls_score", "box_predictor.bbox_pred", "mask_fcn"):
        assert any(part in name for name in touched)
    frozen = ("body.conv1", "body.bn1", "body.layer1")
    assert not any(part in name for name in touched for part in frozen)
    for name, value in generator.named_buffers():
        torch.testing.assert_close(value, before[name])  # no statistics are gathered


def test_objects_take_the_class_that_the_head_finds_in_their_box() -> None:
    generator = _generator(ProposalSource.MASKRCNN_R50)
    frames, targets = torch.rand(2, 3, 64, 96), _targets()
    heads = generator.detector.roi_heads
    heads.box_predictor.cls_score.bias.data[[0, 17]] += 100.0  # background, and class 17
    images, maps = generator._maps(frames)
    boxes = [t["boxes"] for t in targets]
    first, second = generator._likely_classes(maps, boxes, images.image_sizes)
    assert first.tolist() == [17, 17] and second.tolist() == [17]

    seen = {}
    original = heads.forward

    def spy(*arguments):
        seen["labels"] = [t["labels"].tolist() for t in arguments[3]]
        return original(*arguments)

    heads.forward = spy
    generator.losses(frames, None, targets)
    assert seen["labels"] == [[17, 17], [17]]
    assert targets[0]["labels"].tolist() == [1, 1]  # the caller's own are left alone


def test_the_lite_head_takes_the_same_arguments() -> None:
    config = preset("lite")
    torch.manual_seed(0)
    features = BaseFeatureExtractor(config)
    head = LiteProposalGenerator(config, features.raw_channels).train()
    frames = torch.rand(2, 3, 64, 96)
    assert set(head.losses(frames, features(frames), _targets())) == NAMES
