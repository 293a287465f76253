"""Losses against their definitions, and that a step reaches every trained part."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import ndimage

from models.hub.presets import preset
from models.network import DMNAOA, FrameResult
from models.proposals import Proposals
from models.tracking.frames import RememberedFrames
from models.training.data.pairs import IGNORE
from models.training.recipe import LossPart, MishapPart
from models.training.samples.clip import Clip
from models.training.stages.losses import (
    dice_loss,
    mask_cross_entropy,
    match_loss,
    template_loss,
    thin_parts,
)
from models.training.stages.video import VideoStage


def test_cross_entropy_ignores_and_takes_the_hardest() -> None:
    logits = torch.zeros(2, 1, 4)
    logits[0, 0, :2] = 3.0
    ids = torch.tensor([[0, 1, IGNORE, 0]])
    easy, hard = math.log(1 + math.exp(-3)), math.log(1 + math.exp(3))
    mean = mask_cross_entropy(logits, ids)
    assert float(mean) == pytest.approx((easy + hard + math.log(2)) / 3)
    assert abs(float(mask_cross_entropy(logits, ids, hardest=0.34)) - hard) < 1e-6


def test_what_counts_more_is_weighed_before_the_hardest_are_taken() -> None:
    logits, ids = torch.zeros(2, 1, 4), torch.tensor([[0, 1, IGNORE, 0]])
    weights = torch.tensor([[1.0, 5.0, 100.0, 1.0]])
    found = mask_cross_entropy(logits, ids, weights=weights)
    assert float(found) == pytest.approx(7 / 3 * math.log(2))
    hardest = mask_cross_entropy(logits, ids, hardest=0.34, weights=weights)
    assert float(hardest) == pytest.approx(5 * math.log(2))


def test_thin_parts_are_what_an_opening_takes() -> None:
    rng = np.random.default_rng(0)
    truth = np.zeros((3, 60, 80), bool)
    truth[0, 10:40, 10:40] = truth[0, 20:22, 30:75] = True  # a string
    truth[1] = ndimage.gaussian_filter(rng.normal(size=(60, 80)), 3) > 0.02
    truth[2, 5:11, 5:70] = True  # all of it
    found = thin_parts(torch.from_numpy(truth).float()).numpy() > 0
    for masks, thin in zip(truth, found, strict=True):
        # What lies beyond the frame may be the object's: it makes nothing thin.
        eroded = ndimage.binary_erosion(masks, np.ones((7, 7)), border_value=1)
        opened = ndimage.binary_dilation(eroded, np.ones((7, 7)))
        assert np.array_equal(thin, masks & ~opened)
    assert found[0, 20:22, 45:75].all() and not found[0, :, :36].any() and found[2].sum() == 390


def test_thin_parts_count_more_where_a_recipe_says_so() -> None:
    ids = torch.zeros(2, 96, 96, dtype=torch.uint8)
    ids[:, 20:60, 20:50], ids[:, 40:42, 50:90] = 1, 1
    clip = Clip(torch.full((2, 3, 96, 96), 120, dtype=torch.uint8), ids, 1)
    losses = []
    for thin in (0.0, 6.0):
        torch.manual_seed(0)
        stage = VideoStage(DMNAOA(preset("lite")), LossPart(thin=thin)).eval()
        with torch.no_grad():
            losses.append(float(stage([clip])["cross_entropy"]))
    assert losses[1] > losses[0] + 0.01


def test_pixels_that_are_ignored_change_no_loss() -> None:
    torch.manual_seed(0)
    logits, ids = torch.randn(2, 4, 6), torch.randint(2, (4, 6))
    wide_logits = torch.cat([logits, torch.randn(2, 4, 30)], dim=2)
    wide_ids = torch.cat([ids, torch.full((4, 30), IGNORE)], dim=1)
    valid = (wide_ids != IGNORE).float()
    for hardest in (1.0, 0.5, 0.1):
        torch.testing.assert_close(
            mask_cross_entropy(wide_logits, wide_ids, hardest),
            mask_cross_entropy(logits, ids, hardest),
        )
    p, t = wide_logits.softmax(0)[1:], (wide_ids == 1).float()[None]
    torch.testing.assert_close(
        dice_loss(p, t, valid), dice_loss(p[..., :6], t[..., :6], valid[:, :6])
    )
    logits.requires_grad_()
    nothing = mask_cross_entropy(logits, torch.full((4, 6), IGNORE))
    nothing.backward()
    assert float(nothing.detach()) == 0 and not logits.grad.any()


def test_dice_is_zero_for_equal_and_high_for_disjoint() -> None:
    a, b = torch.zeros(1, 8, 8), torch.zeros(1, 8, 8)
    a[:, :4], b[:, 4:] = 1, 1
    valid = torch.ones(8, 8)
    assert float(dice_loss(a, a, valid)) < 1e-6
    assert float(dice_loss(a, b, valid)) > 0.99
    assert float(dice_loss(a, b, torch.zeros(8, 8))) < 1e-6


def test_match_loss_prefers_the_overlapping_proposal_or_the_null() -> None:
    overlap, null = torch.tensor([[0.9, 0.0]]), torch.tensor(0.5)
    right, wrong = torch.tensor([[0.9, 0.1]]), torch.tensor([[0.1, 0.9]])
    assert match_loss(right, null, overlap) < match_loss(wrong, null, overlap)
    nothing = torch.zeros(1, 2)
    low, high = torch.tensor([[0.1, 0.1]]), torch.tensor([[0.9, 0.9]])
    assert match_loss(low, null, nothing) < match_loss(high, null, nothing)
    assert float(match_loss(high, None, nothing)) == 0


def test_template_loss_is_the_mean_over_what_is_known() -> None:
    truth, valid = torch.ones(1, 8, 8), torch.ones(8, 8)
    boxes = torch.tensor([[0.0, 0.0, 8.0, 8.0]])
    logits = torch.linspace(-2, 3, 64).view(1, 8, 8)
    mean = F.binary_cross_entropy_with_logits(logits, truth)
    torch.testing.assert_close(template_loss(logits, truth, valid, boxes), mean)
    valid[:, 4:] = 0  # what lies there is not known: whatever is said of it costs nothing
    for guess in (-9.0, 9.0):
        logits = torch.full((1, 8, 8), 2.0)
        logits[..., 5:] = guess  # but for the cells at the edge
        expected = torch.tensor(math.log(1 + math.exp(-2)))
        torch.testing.assert_close(template_loss(logits, truth, valid, boxes), expected)
    assert float(template_loss(logits, truth, torch.zeros(8, 8), boxes)) == 0


def test_one_step_reaches_every_trained_parameter() -> None:
    torch.manual_seed(0)
    losses = LossPart(hardest=0.4, dice=1.0, coarse=0.3, match=0.2, template=0.3)
    stage = VideoStage(DMNAOA(preset("lite").replace(ridge=True)), losses).train()
    ids = torch.zeros(3, 96, 96, dtype=torch.uint8)
    ids[:, 20:60, 20:50], ids[:, 30:80, 60:90] = 1, 2
    clip = Clip(torch.randint(0, 256, (3, 3, 96, 96), dtype=torch.uint8), ids, 2)
    named = stage([clip])
    assert set(named) == {"cross_entropy", "dice", "coarse", "match", "template"}
    torch.stack(list(named.values())).sum().backward()
    trained = {name for name, p in stage.named_parameters() if p.requires_grad}
    reached = {name for name, p in stage.named_parameters() if p.grad is not None}
    assert trained == reached
    assert not any("backbone" in name or ".opg." in name for name in trained)


def test_given_frames_are_remembered_as_they_are_and_not_segmented() -> None:
    torch.manual_seed(0)
    stage = VideoStage(DMNAOA(preset("lite"))).eval()
    frames = torch.randint(0, 256, (3, 3, 96, 96), dtype=torch.uint8)
    ids = torch.zeros(3, 96, 96, dtype=torch.uint8)
    ids[:, 20:60, 20:50] = 1
    seen: list[tuple[int, torch.Tensor, int, tuple[int, ...]]] = []
    segment = stage.network.segment

    def watched(
        frame: Any, proposals: Any, past: RememberedFrames, time: int, clock: Any
    ) -> FrameResult:
        seen.append((time, past.previous.masks, len(past.frames), past.anchors))
        return segment(frame, proposals, past, time, clock)

    stage.network.segment = watched  # type: ignore[method-assign]
    ids[1] = torch.roll(ids[1], 8, 1)
    with torch.no_grad():
        stage([Clip(frames, ids, 1, given=2)])
    ((time, previous, held, anchors),) = seen
    # The third frame only, after two that are remembered; objects are looked for from the first.
    assert (time, held, anchors) == (2, 2, (0,))
    assert torch.equal(previous[0], F.avg_pool2d((ids[1] == 1).float()[None], 4)[0])


@pytest.mark.parametrize(
    ("mishaps", "changed"),
    [
        ({}, set()),
        ({"first": 1.0}, {"previous"}),  # in the second frame, the first is the previous one
        ({"astray": 1.0}, {"previous"}),
        ({"later": 1.0, "latest": 150}, {"time"}),
        ({"previous": 1.0}, {"previous"}),
        ({"proposals": 1.0}, {"proposals"}),
    ],
)
def test_a_mishap_of_the_recipe_reaches_what_it_names(
    mishaps: dict[str, float], changed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = torch.zeros(2, 96, 96, dtype=torch.uint8)
    ids[:, 20:60, 20:50] = 1
    frames = torch.randint(0, 256, (2, 3, 96, 96), dtype=torch.uint8)
    stage = VideoStage(DMNAOA(preset("lite")), mishaps=MishapPart(**mishaps)).eval()
    box = torch.tensor([[20.0, 20.0, 50.0, 60.0]])
    offered = [Proposals(box, torch.ones(1, 28, 28), torch.ones(1))] * 2
    monkeypatch.setattr(stage.network, "propose", lambda *_: offered)
    seen: dict[str, Any] = {}
    segment = stage.network.segment

    def watched(
        frame: Any, proposals: Any, past: RememberedFrames, time: int, clock: Any
    ) -> FrameResult:
        seen.update(previous=past.previous.masks, time=time, proposals=len(proposals))
        return segment(frame, proposals, past, time, clock)

    monkeypatch.setattr(stage.network, "segment", watched)
    torch.manual_seed(3)
    with torch.no_grad():
        stage([Clip(frames, ids, 1)])
    true = F.avg_pool2d((ids[0] == 1).float()[None], 4)
    as_it_was = {
        "previous": torch.equal(seen["previous"], true),
        "time": seen["time"] == 1,
        "proposals": seen["proposals"] == 1,
    }
    assert {name for name, same in as_it_was.items() if not same} == changed


@pytest.mark.parametrize("model", ["lite", "r50"])
@pytest.mark.parametrize("stride", [1, 8, 16])
def test_a_backbone_learns_from_a_stage_on_but_its_batch_normalization(
    model: str, stride: int
) -> None:
    stage = VideoStage(DMNAOA(preset(model)), backbone_from=stride).train()
    backbone = stage.network.bfe.backbone
    norms = [module for module in backbone.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert norms and not any(norm.training for norm in norms)
    frozen = {id(p) for norm in norms for p in norm.parameters()}
    learns = [p.requires_grad for p in backbone.parameters() if id(p) not in frozen]
    assert not any(p.requires_grad for p in backbone.parameters() if id(p) in frozen)
    # The gradient of each map reaches what learns, and nothing before it.
    maps = backbone(torch.rand(1, 3, 64, 64))
    assert [level.requires_grad for level in maps[:3]] == [s >= stride for s in (4, 8, 16)]
    sum(level.sum() for level in maps[:3] if level.requires_grad).backward()
    reached = [p.grad is not None for p in backbone.parameters() if id(p) not in frozen]
    assert reached == learns


def test_without_a_stage_to_begin_with_the_backbone_is_frozen() -> None:
    stage = VideoStage(DMNAOA(preset("lite")))
    assert not any(p.requires_grad for p in stage.network.bfe.backbone.parameters())
