"""Where both ways meet."""

import numpy as np
import pytest
import torch

from models.tracking.geometry import Geometry
from models.tracking.soft import SoftMasks, levels_of, logits_of
from ovos_cli.shot.going import least_confidence
from ovos_cli.shot.meeting import Found, backward_share, final_masks
from ovos_cli.shot.plan import Step
from ovos_cli.shot.prompts import Keyframe, Prompts, Span

GEOMETRY = Geometry.fit((32, 64), 32)


def test_levels_are_finest_at_a_masks_edge_and_reach_as_far_as_logits_do() -> None:
    logits = torch.linspace(-16, 16, 4001)
    kept = logits_of(levels_of(logits))
    assert (kept - logits).abs().max() < 0.25
    near = logits.abs() < 1
    assert (kept - logits)[near].abs().max() < 0.021
    assert torch.equal(kept.sign()[logits.abs() > 0.02], logits.sign()[logits.abs() > 0.02])
    infinite = logits_of(levels_of(torch.tensor([-np.inf, np.inf])))
    assert infinite[0] < -16 and infinite[1] > 16
    levels = torch.arange(-127, 128, dtype=torch.int8)
    assert torch.equal(levels_of(logits_of(levels)), levels)


def test_a_way_counts_the_more_the_nearer_its_mask_and_the_surer_it_is() -> None:
    shares = [backward_share(t, 10 - t) for t in range(1, 10)]
    assert shares == pytest.approx([t / 10 for t in range(1, 10)])
    assert backward_share(5, 5, forward=0.9, backward=0.3) < 0.25
    assert backward_share(5, 5, forward=0.0, backward=0.8) > 0.99
    assert backward_share(5, 5, forward=0.0, backward=0.0) == 0.5


def found(inside: slice, confidence: float, ident: int = 1, *, least: float | None = None) -> Found:
    logits = torch.full((1, 8, 16), -8.0)
    logits[0, 2:6, inside] = 8.0
    levels = levels_of(logits).numpy()
    return Found(SoftMasks((ident,), levels), {ident: confidence}, {ident: least or confidence})


def said(*frames: int, absences: dict[int, tuple[Span, ...]] | None = None) -> Prompts:
    keyframe = Keyframe(frozenset({1}), "")
    return Prompts(dict.fromkeys(frames, keyframe), 0, 20, absences or {})


def columns(ids: np.ndarray) -> tuple[int, int]:
    inside = np.flatnonzero((ids == 1).any(axis=0))
    return int(inside[0]), int(inside[-1])


def test_near_either_mask_its_own_way_has_the_word() -> None:
    forward, backward = found(slice(2, 6), 0.9), found(slice(8, 12), 0.9)
    early = final_masks(said(0, 10), 1, forward, backward, None, GEOMETRY)
    late = final_masks(said(0, 10), 9, forward, backward, None, GEOMETRY)
    assert columns(early.ids) == pytest.approx((8, 23), abs=2)
    assert columns(late.ids) == pytest.approx((32, 47), abs=2)
    assert early.origin == late.origin == {1: "merged"}


def test_a_way_that_was_unsure_on_its_way_counts_less() -> None:
    sure, astray = found(slice(2, 6), 0.8), found(slice(8, 12), 0.9, least=0.1)
    masks = final_masks(said(0, 10), 7, sure, astray, None, GEOMETRY)
    assert columns(masks.ids) == pytest.approx((8, 23), abs=2)


def step(frame: int, given: set[int] | None = None, absent: set[int] | None = None) -> Step:
    nothing = frozenset[int]()
    return Step(frame, frozenset(given or ()), nothing, frozenset(absent or ()), nothing, "")


def test_the_least_confidence_is_the_lowest_since_the_given_mask() -> None:
    least: dict[int, float] = {}
    found = [
        least := least_confidence(least, confidence, at)
        for at, confidence in (
            (step(0, {1}), {1: 1.0}),
            (step(1), {1: 0.7}),
            (step(2, {2}), {1: 0.9, 2: 1.0}),
            (step(3, absent={1}), {1: 0.0, 2: 0.4}),  # that it is not there is no doubt about it
            (step(4), {1: 0.8, 2: 0.5}),
            (step(5, {1}), {1: 1.0, 2: 0.6}),
            (step(6), {1: 0.9, 2: 0.6}),
        )
    ]
    assert [each[1] for each in found] == [1.0, 0.7, 0.7, 0.7, 0.7, 1.0, 0.9]
    assert [each[2] for each in found[2:]] == [1.0, 0.4, 0.4, 0.4, 0.4]


def test_after_the_last_mask_the_backward_way_says_nothing() -> None:
    masks = final_masks(said(0), 5, found(slice(2, 6), 0.8), found(slice(8, 12), 1), None, GEOMETRY)
    assert masks.origin == {1: "forward"} and masks.confidence == {1: 0.8}
    assert columns(masks.ids)[1] < 32


def test_given_masks_are_laid_over_what_was_found() -> None:
    given = np.zeros((32, 64), np.uint8)
    given[4:9, 50:60] = 1
    masks = final_masks(said(0, 5), 5, found(slice(2, 6), 0.8), None, given, GEOMETRY)
    np.testing.assert_array_equal(masks.ids, given)
    assert masks.origin == {1: "given"} and masks.confidence == {1: 1.0}


def test_what_is_away_is_in_no_pixel() -> None:
    prompts = said(0, absences={1: (Span(5, 5),)})
    masks = final_masks(prompts, 5, found(slice(2, 6), 0.8), None, None, GEOMETRY)
    assert not masks.ids.any() and masks.confidence == {}
