"""Adaptive object alignment against naive loops over positions."""

import math

import pytest
import torch
from torch import Tensor

from models.functional import alignment
from models.functional.alignment import (
    aligned_similarity,
    correspondence,
    recompose,
    sharpen,
    translate,
)


def _cos(a: Tensor, b: Tensor) -> float:
    return float(a @ b / (a.norm() * b.norm()))


def _naive_alignment(target: Tensor, source: Tensor, alpha: float) -> Tensor:
    """Eq. 2 and 3, a position at a time."""
    out = torch.zeros_like(target)
    for i in range(target.shape[1]):
        weights = [
            math.exp(alpha * _cos(target[:, i], source[:, j])) for j in range(source.shape[1])
        ]
        for j, weight in enumerate(weights):
            out[:, i] += weight / sum(weights) * source[:, j]
    return out


def test_correspondence_and_translation_match_the_equations() -> None:
    torch.manual_seed(0)
    target, source = torch.randn(5, 9), torch.randn(5, 9)
    found = translate(correspondence(target, source, 7.0), source)
    torch.testing.assert_close(found, _naive_alignment(target, source, 7.0))


def test_similarity_matches_a_loop_over_pairs() -> None:
    torch.manual_seed(1)
    templates, proposals = torch.randn(2, 6, 3, 4), torch.randn(5, 6, 3, 4)
    found = aligned_similarity(templates, proposals, 4.0)
    for o, t in enumerate(templates.flatten(2)):
        for n, p in enumerate(proposals.flatten(2)):
            expected = _cos(t.flatten(), _naive_alignment(t, p, 4.0).flatten())
            assert float(found[o, n]) == pytest.approx(expected, abs=1e-5)


def test_alignment_undoes_a_displacement() -> None:
    torch.manual_seed(2)
    template = torch.randn(1, 32, 6, 6)
    moved = torch.roll(template, (2, 3), dims=(2, 3))
    assert float(aligned_similarity(template, moved, 50.0)) > 0.99
    assert float(aligned_similarity(template, moved, 50.0, align=False)) < 0.3


def test_rows_are_distributions_and_penalties_keep_near() -> None:
    torch.manual_seed(3)
    similarity = torch.randn(4, 6)
    rows = sharpen(similarity, 3.0)
    torch.testing.assert_close(rows.sum(-1), torch.ones(4))
    penalty = torch.full((4, 6), 1e4)
    penalty[:, 2] = 0
    assert sharpen(similarity, 3.0, penalty).argmax(-1).tolist() == [2] * 4


@pytest.mark.parametrize("block", [1, 40, 2**24])
def test_several_sources_are_one_distribution(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "_LARGEST_BLOCK", block)
    torch.manual_seed(2)
    target, sources, values = torch.randn(4, 6), torch.randn(4, 3, 5), torch.randn(2, 3, 5)
    penalty = torch.rand(6, 5)
    found = recompose(target, sources, values, 3.0, penalty)
    for i in range(6):
        weights = torch.tensor(
            [
                [
                    math.exp(3 * _cos(target[:, i], sources[:, r, j]) - float(penalty[i, j]))
                    for j in range(5)
                ]
                for r in range(3)
            ]
        )
        expected = (values * weights).sum((1, 2)) / weights.sum()
        torch.testing.assert_close(found[:, i], expected)


def test_recomposing_no_position_gives_none() -> None:
    found = recompose(torch.randn(4, 0), torch.randn(4, 3, 5), torch.randn(2, 3, 5), 3.0)
    assert found.shape == (2, 0)
