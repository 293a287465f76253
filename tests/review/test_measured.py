"""What is seen in masks."""

import numpy as np
import pytest

from ovos_cli.review.measured import Shapes


def boxes(*places: tuple[int, int, int, int, int]) -> np.ndarray:
    """(id, top, left, bottom, right) each."""
    ids = np.zeros((100, 120), np.uint8)
    for ident, top, left, bottom, right in places:
        ids[top:bottom, left:right] = ident
    return ids


def test_area_centre_edge_and_what_is_not_there() -> None:
    found = Shapes().of(0, boxes((1, 10, 20, 30, 60), (2, 50, 0, 60, 10)), [1, 2, 3])
    assert found[1].area == 800 and found[1].centre == (19.5, 39.5)
    assert not found[1].at_edge and found[2].at_edge
    assert found[3].area == 0 and found[3].centre is None


def test_overlap_with_the_frame_before() -> None:
    shapes = Shapes()
    assert shapes.of(0, boxes((1, 0, 0, 10, 10)), [1])[1].kept is None
    assert shapes.of(1, boxes((1, 0, 5, 10, 15)), [1])[1].kept == pytest.approx(1 / 3)
    assert shapes.of(3, boxes((1, 0, 5, 10, 15)), [1])[1].kept is None


def test_who_is_beside_and_who_took_whose_place() -> None:
    shapes = Shapes()
    before = shapes.of(0, boxes((1, 10, 10, 20, 20), (2, 10, 20, 20, 30)), [1, 2])
    assert before[1].beside == {2: pytest.approx(1 / 4)}
    after = shapes.of(1, boxes((1, 10, 20, 20, 30), (2, 10, 10, 20, 20)), [1, 2])
    assert after[1].taken == {2: 1.0} and after[2].taken == {1: 1.0}


def test_large_frames_are_measured_in_their_own_pixels() -> None:
    ids = np.zeros((1000, 1000), np.uint8)
    ids[100:300, 200:600] = 7
    found = Shapes().of(0, ids, [7])[7]
    assert found.area == 80000
    assert found.centre == pytest.approx((199.5, 399.5), abs=1)
