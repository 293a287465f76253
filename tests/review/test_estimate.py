"""From what was stored of a mask to its expected IoU."""

import numpy as np
import pytest
import torch

from models.functional.masks import thickness
from models.tracking.cues import Cues
from ovos_cli.review.estimate import estimated, of_both, read_calibration

WHOLE = Cues(found=0.8, cells=500, given=500, thickness=2.0)


def test_each_cue_counts_in_its_direction() -> None:
    known = read_calibration()
    sure = estimated(0.95, WHOLE, known)
    assert sure > 0.75
    assert estimated(0.6, WHOLE, known) < sure
    elsewhere = Cues(found=0.05, cells=500, given=500, thickness=2.0)
    assert estimated(0.95, elsewhere, known) < sure - 0.1
    line = Cues(found=0.8, cells=500, given=500, thickness=0.3)
    assert estimated(0.95, line, known) < sure


def test_without_cues_confidence_alone_counts_and_no_mask_is_sure_of_nothing() -> None:
    known = read_calibration()
    assert 0.6 < estimated(0.95, None, known) < 1
    assert estimated(0, None, known) == estimated(0, WHOLE, known) == known["none"]
    for confidence in (1e-9, 1.0):
        assert 0 < estimated(confidence, Cues(0, 0, 0, 0), known) < 1


def test_two_masks_that_disagree_cannot_both_be_right() -> None:
    assert of_both(0.9, 0.9, 0.5, agreement=1) == pytest.approx(0.9)
    assert of_both(0.9, 0.9, 0.5, agreement=0) == 0.5
    assert of_both(0.9, 0.5, 0.25, agreement=1) == pytest.approx(0.8)


def test_that_bound_holds_for_any_masks() -> None:
    def iou(a: np.ndarray, b: np.ndarray) -> float:
        return float((a & b).sum() / (a | b).sum())

    noise = np.random.default_rng(0)
    for _ in range(200):
        truth, one, other = noise.random((3, 12)) < noise.uniform(0.2, 0.8)
        if truth.any() and one.any():
            mean = (iou(truth, one) + iou(truth, other)) / 2
            assert mean <= of_both(1, 1, 0.5, iou(one, other)) + 1e-9


def test_thickness_grows_with_the_side_and_is_small_for_lines() -> None:
    masks = torch.zeros(3, 60, 60)
    masks[0, 10:20, 10:20] = 1
    masks[1, 10:50, 10:50] = 1
    masks[2, 30, 5:55] = 1
    square, large, line = thickness(masks).tolist()
    assert square == pytest.approx(10 / 4, rel=0.1)
    assert large == pytest.approx(40 / 4, rel=0.05)
    assert line < 0.6
