"""Soft aggregation by its definition."""

import numpy as np
import pytest
import torch

from models.functional.aggregation import (
    LIMIT,
    confidence,
    distribution,
    shared_out,
    soft_aggregate,
    winners,
)


def test_distributions_sum_to_one_at_the_extremes_too() -> None:
    torch.manual_seed(0)
    p = torch.cat([torch.rand(3, 4, 5), torch.zeros(3, 4, 5), torch.ones(3, 4, 5)], dim=2)
    merged = torch.softmax(soft_aggregate(torch.logit(p)), dim=0)
    assert merged.shape == (4, 4, 15)
    assert torch.isfinite(merged).all()
    torch.testing.assert_close(merged.sum(0), torch.ones(4, 15))


def test_matches_normalized_odds() -> None:
    p = np.array([0.7, 0.2])
    odds = np.array([0.3 * 0.8, 0.7, 0.2])
    odds = odds / (1 - odds)
    found = torch.softmax(soft_aggregate(torch.logit(torch.tensor(p)).view(2, 1, 1)), dim=0)[
        :, 0, 0
    ]
    np.testing.assert_allclose(found.numpy(), odds / odds.sum(), rtol=1e-5)


def test_one_object_keeps_its_side_of_one_half() -> None:
    p = torch.linspace(0.01, 0.99, 50).view(1, 1, 50)
    merged = torch.softmax(soft_aggregate(torch.logit(p)), dim=0)[1]
    assert ((merged > 0.5) == (p[0] > 0.5)).all()


def test_the_distribution_is_the_softmax_without_the_background() -> None:
    torch.manual_seed(0)
    for objects in (1, 3):
        logits = soft_aggregate(3 * torch.randn(objects, 4, 5))
        torch.testing.assert_close(distribution(logits), torch.softmax(logits, dim=0)[1:])


def test_in_few_passes_the_same_comes_out() -> None:
    torch.manual_seed(0)
    for objects in (1, 3, 9):
        logits = (8 * torch.randn(objects, 4, 50)).clamp(-LIMIT, LIMIT)
        logits[:, :, 0] = LIMIT  # all of them are sure
        expected = soft_aggregate(logits)
        background, probabilities = shared_out(logits)
        torch.testing.assert_close(probabilities, distribution(expected), atol=1e-5, rtol=1e-4)
        sure = expected[0] > -10  # nearer to the limit, soft_aggregate rounds
        torch.testing.assert_close(background[sure], expected[0][sure], atol=1e-2, rtol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])  # by OpenCV, and by torch
def test_winners_are_the_argmax_with_the_background(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    for objects in (1, 2, 5):
        logits = torch.randn(objects, 6, 9, dtype=dtype).round(decimals=1)[:, :, :7]
        background = torch.randn(6, 7, dtype=dtype).round(decimals=1)
        every = torch.cat([background[None], logits])
        expected = every.numpy().argmax(axis=0)  # the first of equals
        np.testing.assert_array_equal(winners(logits, background).numpy(), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_confidence_is_the_iou_of_a_mask_with_its_probabilities(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    probabilities = torch.rand(3, 6, 7, dtype=dtype)
    winner = torch.randint(0, 3, (6, 7), dtype=torch.uint8)  # the last one is nowhere
    masks = torch.stack([winner == number for number in (1, 2, 3)]).to(dtype)
    shared = (masks * probabilities).sum((1, 2))
    whole = masks.sum((1, 2)) + probabilities.sum((1, 2)) - shared
    found = confidence(probabilities, winner)
    torch.testing.assert_close(found, shared / whole)
    assert found[2] == 0
