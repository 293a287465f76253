"""Images and masks are warped alike, and shrinking does not alias."""

import numpy as np
import pytest

from models.training.samples.warp import apply


@pytest.mark.parametrize("scale", [1.0, 0.7, 0.5, 0.25, 0.125])
def test_image_and_mask_lie_on_each_other(scale: float) -> None:
    ys, xs = np.mgrid[:480, :640]
    disc = ((xs - 331) ** 2 + (ys - 203) ** 2 < 150**2).astype(np.uint8)
    around = np.array([124, 116, 104], np.uint8)  # as beyond the border
    image = np.where(disc[..., None] > 0, np.uint8(254), around)
    matrix = np.diag([scale, scale, 1.0])
    size = (int(640 * scale), int(480 * scale))
    warped, ids = apply(matrix, image, disc, size)
    weight = warped[..., 0] / 130.0 - around[0] / 130
    ys, xs = np.mgrid[: size[1], : size[0]]
    for axis in (xs, ys):
        # The centres of gravity: warped by the matrix, and of image and mask alike. A mask is
        # sampled at single points, so its edges are less exact.
        center = 331 * scale if axis is xs else 203 * scale
        assert (axis * weight).sum() / weight.sum() == pytest.approx(center, abs=0.02)
        assert (axis * ids).sum() / ids.sum() == pytest.approx(center, abs=0.1)


@pytest.mark.parametrize("scale", [0.25, 0.125])
def test_shrinking_averages(scale: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    side = int(512 * scale)
    mask = np.zeros((512, 512), np.uint8)
    warped, _ = apply(np.diag([scale, scale, 1.0]), noise, mask, (side, side))
    # A mean of n independent values deviates by 1 / sqrt(n) of what one of them does.
    assert warped[1:-1, 1:-1].std() < 1.2 * noise.std() * scale
