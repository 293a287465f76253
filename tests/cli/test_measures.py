"""J and F on cases worked out by hand and against a naive disk dilation."""

import math

import numpy as np
import pytest

from ovos_cli.evaluation.measures import boundary, contour_accuracy, region_similarity


def _square(x: int, y: int, side: int, shape: tuple[int, int] = (100, 120)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[y : y + side, x : x + side] = True
    return mask


def test_region_similarity_by_counting() -> None:
    assert region_similarity(_square(10, 10, 20), _square(20, 10, 20)) == 200 / 600
    assert region_similarity(_square(10, 10, 20), _square(60, 60, 20)) == 0
    empty = np.zeros((4, 4), bool)
    assert region_similarity(empty, empty) == 1


def test_boundary_of_a_square() -> None:
    edge = boundary(_square(2, 2, 3, (8, 8)))
    expected = np.zeros((8, 8), bool)
    expected[1:5, 1:5] = True
    expected[2:4, 2:4] = False
    np.testing.assert_array_equal(edge, expected)


def test_contour_accuracy_at_its_ends() -> None:
    a, empty = _square(10, 10, 30), np.zeros((100, 120), bool)
    assert contour_accuracy(a, a) == 1
    assert contour_accuracy(empty, empty) == 1
    assert contour_accuracy(a, empty) == contour_accuracy(empty, a) == 0
    # Tolerance here is ceil(0.008 * hypot(100, 120)) = 2 pixels.
    assert contour_accuracy(_square(12, 10, 30), a) == 1
    assert contour_accuracy(_square(15, 10, 30), a) < 1


@pytest.mark.parametrize("seed", range(4))
def test_contour_accuracy_against_a_naive_dilation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = [np.kron(rng.random((10, 12)) < 0.4, np.ones((9, 9))).astype(bool) for _ in range(2)]
    radius = math.ceil(0.008 * math.hypot(*masks[0].shape))

    def near(edge: np.ndarray) -> np.ndarray:
        grown = np.zeros_like(edge)
        for y, x in np.argwhere(edge):
            ys, xs = np.ogrid[: edge.shape[0], : edge.shape[1]]
            grown |= (ys - y) ** 2 + (xs - x) ** 2 <= radius**2
        return grown

    p, t = (boundary(m) for m in masks)
    precision, recall = (p & near(t)).sum() / p.sum(), (t & near(p)).sum() / t.sum()
    expected = 2 * precision * recall / (precision + recall)
    assert contour_accuracy(*masks) == pytest.approx(expected)
