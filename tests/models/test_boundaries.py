"""Winners of enlarged logits, where only what lies between different winners is enlarged."""

import numpy as np
import pytest
import torch

from models.functional.aggregation import winners
from models.functional.boundaries import enlarged_winners
from models.functional.resampling import enlarge


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])  # by places, and as a whole
@pytest.mark.parametrize("size", [(45, 80), (37, 131), (20, 31), (30, 54), (200, 11)])
@pytest.mark.parametrize("objects", [1, 2, 7])
def test_they_are_the_winners_of_all_that_is_enlarged(
    objects: int, size: tuple[int, int], dtype: torch.dtype
) -> None:
    torch.manual_seed(0)
    every = enlarge(torch.randn(objects + 1, 5, 9), (32, 56)).to(dtype)
    background, logits = every[0], every[1:]
    found = enlarged_winners(logits, background, winners(logits, background), (30, 54), size)
    larger = enlarge(every[:, :30, :54], size)
    expected = winners(larger[1:], larger[0])
    assert len(np.unique(expected)) > 1
    best, second = larger.topk(2, dim=0).values
    assert (found != expected).logical_and(best - second > 1e-4).sum() == 0
    assert (found != expected).float().mean() < 1e-3


def test_where_one_thing_is_everywhere_it_stays() -> None:
    plane = torch.ones(1, 6, 7)
    everywhere = torch.ones(6, 7, dtype=torch.uint8)
    found = enlarged_winners(plane, -plane[0], everywhere, (6, 7), (9, 10))
    assert found.shape == (9, 10) and (found == 1).all()
