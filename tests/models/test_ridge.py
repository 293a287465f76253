"""Regressions against NumPy, and what the network makes of them."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from models.functional.ridge import Evidence, gather_evidence, regress, solve_ridge
from models.hub.presets import preset
from models.network import DMNAOA
from models.tracking.frames import RememberedFrames
from models.utils.clock import Clock


def _frame() -> tuple[Tensor, Tensor]:
    """(5, 8, 12) features and (2, 8, 12) soft masks."""
    torch.manual_seed(0)
    masks = torch.zeros(2, 8, 12)
    masks[0, 1:5, 1:6], masks[1, 2:4, 8:10] = 1, 1
    masks[0, 5, 1:6] = 0.4
    return torch.randn(5, 8, 12), masks


def _by_numpy(frames: list[tuple[Tensor, Tensor]], which: int, strength: float) -> np.ndarray:
    """The weights that minimize the sum of weighted squares and the penalty, by rows."""
    rows, wanted, features = [], [], frames[0][0].shape[0]
    for x, masks in frames:
        seen = masks.amax(0) > 0.02
        inside = masks[which].double()
        share = float(inside.mean())
        cells = [(i, j) for i in range(8) for j in range(12)]
        looked = [(i, j) for i, j in cells if not seen[i, j] and i % 2 == j % 2 == 0]
        each = float((~seen).sum()) / len(looked)
        weights = {}
        for i, j in cells:
            if seen[i, j] or (i, j) in looked:
                y = float(inside[i, j])
                counts = 1.0 if seen[i, j] else each
                weights[i, j] = y / share**0.5 + counts * (1 - y) / (1 - share) ** 0.5
        total = sum(weights.values()) * len(frames)
        for (i, j), weight in weights.items():
            root = (weight / total) ** 0.5
            rows.append([*(root * x[:, i, j].double().numpy()), root])
            wanted.append(root * float(inside[i, j]))
    level = (np.array(rows)[:, :-1] ** 2).sum() / features
    penalty = np.diag([(strength * level) ** 0.5] * features + [0.0])
    system = np.concatenate([np.array(rows), penalty])
    return np.linalg.lstsq(system, np.array(wanted + [0.0] * (features + 1)), rcond=None)[0]


@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_the_weights_are_those_of_least_squares(strength: float) -> None:
    features, masks = _frame()
    found = solve_ridge(gather_evidence(features, masks), strength)
    for which in range(2):
        expected = _by_numpy([(features, masks)], which, strength)
        np.testing.assert_allclose(found[which], expected, atol=2e-5)


def test_the_mean_of_two_frames_evidence_is_both_frames() -> None:
    one, two = _frame(), (torch.randn(5, 8, 12), torch.roll(_frame()[1], 1, 2))
    a, b = (gather_evidence(*frame) for frame in (one, two))
    both = Evidence((a.gram + b.gram) / 2, (a.target + b.target) / 2)
    expected = _by_numpy([one, two], 1, 0.1)
    np.testing.assert_allclose(solve_ridge(both, 0.1)[1], expected, atol=2e-5)


def test_what_looks_like_an_object_scores_high_elsewhere_too() -> None:
    features, masks = _frame()
    looks = torch.tensor([[2.0, 0, 0, 1, -1], [0, -2.0, 1, 0, 0]])
    features = features / 4 + torch.einsum("oc,ohw->chw", looks, masks)
    weights = solve_ridge(gather_evidence(features, masks), 0.01)
    moved = torch.roll(features, (3, 5), (1, 2))
    scores = regress(weights, moved)
    for which, mask in enumerate(torch.roll(masks, (3, 5), (1, 2))):
        assert scores[which][mask == 1].min() > 0.5
        assert scores[which][masks[1 - which].roll((3, 5), (0, 1)) == 1].max() < 0.4
        assert scores[which][mask == 0].mean().abs() < 0.1


def test_an_object_that_is_nowhere_has_weights_of_nothing() -> None:
    features, masks = _frame()
    weights = solve_ridge(gather_evidence(features, torch.zeros_like(masks)), 0.01)
    torch.testing.assert_close(weights, torch.zeros(2, 6), atol=1e-6, rtol=0)


def test_gradients_reach_features_and_strength() -> None:
    features, masks = _frame()
    features.requires_grad_()
    strength = torch.tensor(0.1, requires_grad=True)
    regress(
        solve_ridge(gather_evidence(features, masks), strength), features
    ).square().sum().backward()
    assert features.grad is not None and bool(features.grad.abs().sum() > 0)
    assert strength.grad is not None and float(strength.grad) != 0


def _network(**changes: Any) -> DMNAOA:
    torch.manual_seed(0)
    return DMNAOA(preset("lite").replace(ridge=True, **changes)).eval()


def _followed(network: DMNAOA, seen: list[list[int]]) -> RememberedFrames:
    """Two objects in three frames or more; each is in sight, or covers nothing."""
    clock = Clock()
    whole = torch.zeros(2, 64, 96)
    whole[0, 8:40, 8:40], whole[1, 16:56, 56:88] = 1, 1
    with torch.no_grad():
        views = [
            network.describe(network.bfe(torch.rand(1, 3, 64, 96)), clock) for _ in range(len(seen))
        ]
        past = network.begin(views[0], whole, clock)
        for time, (view, here) in enumerate(zip(views[1:], seen[1:], strict=True), 1):
            small = whole[:, ::4, ::4] * torch.tensor(here)[:, None, None]
            past = network.remember(past, view, small, time, clock)
    return past


def test_evidence_is_of_the_keyframe_and_of_the_previous_frame_if_it_shows_the_object() -> None:
    past = _followed(_network(), [[1, 1]] * 6 + [[1, 0]])
    assert [f.time for f in past.frames if f.evidence is not None] == [0, 6]
    evidence = past.evidence()
    assert evidence is not None
    keyframes, recent = evidence
    first, previous = past.frames[0].evidence, past.previous.evidence
    assert first is not None and previous is not None
    assert torch.equal(keyframes.gram, first.gram)
    assert torch.equal(recent.target[0], previous.target[0])
    assert torch.equal(recent.target[1], first.target[1])
    alone = past.select([1])
    assert alone.previous.evidence is not None
    assert torch.equal(alone.previous.evidence.gram[0], previous.gram[1])


def test_scores_change_nothing_before_training_and_something_after() -> None:
    network = _network()
    plain = DMNAOA(network.config.replace(ridge=False)).eval()
    plain.load_state_dict(
        {k: v for k, v in network.state_dict().items() if k in plain.state_dict()}
    )
    clock = Clock()
    past, frame = _followed(network, [[1, 1]] * 2), torch.rand(1, 3, 64, 96)

    def logits(network: DMNAOA) -> Tensor:
        with torch.no_grad():
            features = network.bfe(frame)
            offered = network.propose(frame, features)[0]
            view = network.describe(features, clock)
            return network.segment(view, offered, past, 2, clock).logits

    before = logits(network)
    torch.testing.assert_close(before, logits(plain))
    blocks = (network.mrn.block16, network.mrn.block8)
    for parameter in [block.ridge.weight for block in blocks if block.ridge is not None]:
        torch.nn.init.constant_(parameter, 0.3)
        assert not torch.equal(logits(network), before)
        torch.nn.init.zeros_(parameter)


def test_a_mishap_misleads_the_regression_of_its_frame_but_not_of_a_keyframe() -> None:
    network = _network()
    view = network.describe(network.bfe(torch.rand(1, 3, 64, 96)), Clock())
    for seen, changed in ([[1, 1]], False), ([[1, 1]] * 2, True):
        past = _followed(network, seen)
        before = past.previous.evidence
        after = network.misled(past.with_masks(past.time, lambda m: m.flip(2)), view)
        found = after.previous.evidence
        assert before is not None and found is not None
        assert torch.equal(before.target, found.target) is not changed
