"""Resampling by OpenCV against torch's, which is used where gradients are."""

import pytest
import torch
import torch.nn.functional as F

from models.functional.resampling import enlarge, shrink, spread_out


@pytest.mark.parametrize("size", [(24, 40), (31, 53), (6, 10)])
def test_enlarging_is_bilinear_with_and_without_a_gradient(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    planes = torch.randn(3, 8, 12)[:, :6, :10]  # part of wider planes
    expected = F.interpolate(planes[None], size, mode="bilinear", align_corners=False)[0]
    torch.testing.assert_close(enlarge(planes, size), expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(enlarge(planes.clone().requires_grad_(), size), expected)


def test_shrinking_takes_means_with_and_without_a_gradient() -> None:
    torch.manual_seed(0)
    planes = torch.rand(2, 12, 20)
    expected = planes.view(2, 3, 4, 5, 4).mean((2, 4))
    torch.testing.assert_close(shrink(planes, 4), expected)
    torch.testing.assert_close(shrink(planes.requires_grad_(), 4), expected)
    assert shrink(torch.zeros(0, 8, 8), 4).shape == (0, 2, 2)


def test_spreading_out_is_a_maximum_over_squares() -> None:
    torch.manual_seed(0)
    planes = torch.rand(2, 7, 9)
    expected = F.max_pool2d(planes[:, None], 5, stride=1, padding=2)[:, 0]
    torch.testing.assert_close(spread_out(planes, 2), expected)
