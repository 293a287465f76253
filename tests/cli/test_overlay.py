"""Overlays: what is drawn, against a naive way to draw it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ovos_cli.masks.ids import boxes_of, ids_in
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.overlay import blend

Array = NDArray[np.uint8]


def _naive(image: Array, ids: Array, palette: list[int]) -> Array:
    """Object after object, over the whole frame."""
    table = np.asarray(palette, np.uint8).reshape(256, 3)
    out = image.copy()
    tinted = cv2.addWeighted(image, 0.55, table[ids], 0.45, 0)
    out[ids > 0] = tinted[ids > 0]
    for value in np.unique(ids[ids > 0]):
        mask = (ids == value).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        bright = tuple(int(c) for c in 64 + table[value] * 0.75)
        thickness = max(1, round(min(ids.shape) / 360))
        cv2.drawContours(out, contours, -1, bright, thickness, cv2.LINE_AA)
    return out


def _scattered(rng: np.random.Generator, count: int, shape: tuple[int, int]) -> Array:
    """Ellipses over each other, some in pieces, with holes, or cut by the border."""
    ids = np.zeros(shape, np.uint8)
    for value in rng.choice(np.arange(1, 255), count, replace=False):
        for _ in range(2):
            centre = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
            axes = (int(rng.integers(1, 60)), int(rng.integers(1, 40)))
            cv2.ellipse(ids, centre, axes, 0, 0, 360, int(value), -1)
            cv2.circle(ids, centre, 3, 0, -1)
    return ids


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("shape", [(97, 131), (540, 203)])
def test_pixels_are_those_of_the_naive_way(count: int, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(count)
    image = rng.integers(0, 256, (*shape, 3), np.uint8)
    palette = rng.integers(0, 256, 768).tolist()
    ids = _scattered(rng, count, shape)
    np.testing.assert_array_equal(blend(image, ids, palette), _naive(image, ids, palette))


def test_every_grey_is_tinted_as_before() -> None:
    ramp = np.arange(256, dtype=np.uint8)
    image = np.repeat(np.tile(ramp, (256, 1))[..., None], 3, axis=2)
    ids = np.tile(ramp[:, None], (1, 256))
    palette = davis_palette()
    np.testing.assert_array_equal(blend(image, ids, palette), _naive(image, ids, palette))


def test_a_frame_without_objects_is_given_back() -> None:
    image = np.full((8, 9, 3), 7, np.uint8)
    assert blend(image, np.zeros((8, 9), np.uint8), davis_palette()) is image


@pytest.mark.parametrize("count", [1, 40])
def test_ids_and_boxes_are_those_of_the_naive_way(count: int) -> None:
    ids = _scattered(np.random.default_rng(7), count, (61, 83))
    expected = {}
    for value in np.unique(ids[ids > 0]):
        y, x = np.nonzero(ids == value)
        expected[int(value)] = (x.min(), y.min(), x.max() + 1, y.max() + 1)
    assert boxes_of(ids) == expected
    assert ids_in(ids) == set(expected)
    assert boxes_of(np.zeros_like(ids)) == {} and ids_in(np.zeros_like(ids)) == set()
