"""Adaptive object alignment against naive loops over positions."""

import math

import pytest
import torch
from torch import Tensor

from models.functional import alignment
from models.functional.alignment import (
    aligned_similarity,
    correspondence,
    near_positions,
    recompose,
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
    found = aligned_similarity(templates[:, None], proposals[None], 4.0)
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


@pytest.mark.parametrize("block", [1, 40, 2**24])
def test_values_are_recomposed_as_by_a_loop(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "_LARGEST_BLOCK", block)
    torch.manual_seed(2)
    queries, keys, values = torch.randn(6, 4), torch.randn(15, 4), torch.randn(15, 2)
    found = recompose(queries, keys, values)
    for i in range(6):
        weights = torch.tensor([math.exp(float(queries[i] @ key)) for key in keys])
        expected = (values * weights[:, None]).sum(0) / weights.sum()
        torch.testing.assert_close(found[i], expected)


def test_recomposing_no_position_gives_none() -> None:
    found = recompose(torch.randn(0, 4), torch.randn(15, 4), torch.randn(15, 2))
    assert found.shape == (0, 2)


@pytest.mark.parametrize(("dtype", "off"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-3)])
def test_channels_of_positions_multiply_to_squared_distances(
    dtype: torch.dtype, off: float
) -> None:
    height, width, reach = 7, 9, 5.3
    queries, keys = near_positions((height, width), torch.tensor(reach), dtype)
    assert queries.dtype == keys.dtype == dtype
    found = queries.double() @ keys.double().T
    for i in range(height * width):
        for j in range(height * width):
            dy, dx = i // width - j // width, i % width - j % width
            expected = -(dy * dy + dx * dx) / (2 * reach * reach)
            assert abs(float(found[i, j]) - expected) < off
