"""Clicks of a simulated person, against definitions taken by the letter."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.clicks.prompt import Click
from models.clicks.simulated import middle, next_click


def _depths(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far each pixel is from the nearest outside, the pixels around the frame included."""
    padded = np.pad(mask, 1)
    outside = np.argwhere(~padded)
    depths = np.zeros(padded.shape)
    for y, x in np.argwhere(padded):
        depths[y, x] = np.sqrt(((outside - (y, x)) ** 2).sum(axis=1).min())
    return depths[1:-1, 1:-1]


def _parts(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    left, parts = {tuple(p) for p in np.argwhere(mask).tolist()}, []
    while left:
        part, edge = np.zeros(mask.shape, bool), [left.pop()]
        while edge:
            y, x = edge.pop()
            part[y, x] = True
            for near in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                if near in left:
                    left.remove(near)
                    edge.append(near)
        parts.append(part)
    return parts


@pytest.mark.parametrize("seed", range(8))
def test_a_click_is_in_the_middle_of_the_largest_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, mask = (np.kron(rng.random((6, 7)) < 0.5, np.ones((3, 4))) > 0 for _ in range(2))
    click = next_click(truth, mask)
    assert click is not None
    errors = [(p, True) for p in _parts(truth & ~mask)] + [
        (p, False) for p in _parts(mask & ~truth)
    ]
    largest = max(p.sum() for p, _ in errors)
    (hit,) = [(p, inside) for p, inside in errors if p[click.y, click.x]]
    assert hit[0].sum() == largest and hit[1] == click.inside
    depths = _depths(hit[0])
    assert depths[click.y, click.x] == pytest.approx(depths.max(), abs=1e-5)


def test_the_first_click_and_the_last() -> None:
    truth = np.zeros((9, 9), bool)
    truth[2:7, 1:6] = True
    assert next_click(truth, np.zeros_like(truth)) == Click(3, 4)
    assert next_click(truth, truth) is None
    assert middle(np.ones((5, 7), bool))[1] == 2
