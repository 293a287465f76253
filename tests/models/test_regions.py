"""Regions as sums of rows, against torchvision's RoIAlign."""

from collections import OrderedDict

import pytest
import torch
from torch import Tensor
from torchvision.ops import MultiScaleRoIAlign, roi_align

from models.functional.regions import pool_rows, sums_of_rows
from models.hub.presets import PRESETS
from models.modules.lite_proposals import LiteProposalGenerator

_BOXES = torch.tensor(
    [
        [3.0, 5.0, 40.5, 30.25],
        [-30.0, -9.0, 20.0, 100.0],  # over the border
        [0.0, 0.0, 96.0, 64.0],  # the whole frame
        [50.0, 20.0, 50.5, 20.25],  # smaller than a cell
        [300.0, 5.0, 320.0, 20.0],  # outside
        [0.0, 0.0, 0.0, 0.0],
    ]
)


@pytest.mark.parametrize("aligned", [True, False])
def test_pooling_is_roi_align(aligned: bool) -> None:
    torch.manual_seed(0)
    maps = [torch.randn(5, 8, 12).contiguous(), torch.randn(5, 4, 6)]
    maps[0] = maps[0][None].to(memory_format=torch.channels_last)[0]
    which = torch.tensor([0, 1, 0, 1, 0, 1])
    pooled = pool_rows(maps, which, _BOXES, [8, 16], 3, aligned=aligned)
    assert len(pooled) == len(_BOXES)
    for index, (level, box) in enumerate(zip(which, _BOXES, strict=True)):
        expected = roi_align(
            maps[level][None], [box[None]], 3, 1 / (8, 16)[level], 2, aligned=aligned
        )
        torch.testing.assert_close(pooled[index], expected[0], atol=1e-5, rtol=1e-5)


def test_no_regions_give_none() -> None:
    none = torch.zeros(0, dtype=torch.long)
    pooled = pool_rows([torch.zeros(5, 8, 12)], none, torch.zeros(0, 4), [8], 3, aligned=True)
    assert pooled.shape == (0, 5, 3, 3)


def test_maps_that_learn_are_not_pooled_as_rows() -> None:
    learning = torch.zeros(1, 2, 2, requires_grad=True)
    assert not sums_of_rows([torch.zeros(1, 2, 2), learning])
    with torch.no_grad():
        assert sums_of_rows([learning])


def test_the_lite_heads_pool_as_torchvision_does() -> None:
    torch.manual_seed(1)
    config = PRESETS["lite"].replace(proposal_channels=8)
    heads = LiteProposalGenerator(config, [4, 4, 4, 4]).heads
    maps: OrderedDict[str, Tensor] = OrderedDict(
        (f"p{stride}", torch.randn(2, 8, 128 // stride, 256 // stride)) for stride in (8, 16, 32)
    )
    boxes = [torch.rand(n, 4) * 120 for n in (7, 4)]  # of two frames
    for each in boxes:
        each[:, 2:] = each[:, :2] + torch.rand(len(each), 2) * 130 + 1
    boxes[0][0] = torch.tensor([0.0, 0.0, 256.0, 128.0])
    boxes[1][0] = torch.tensor([0.0, 0.0, 900.0, 900.0])  # read from the coarsest level
    for own in (heads.box_roi_pool, heads.mask_roi_pool):
        published = MultiScaleRoIAlign(own.featmap_names, own.output_size[0], 2)
        expected = published(maps, boxes, [(128, 256)] * 2)
        found = own(maps, boxes, [(128, 256)] * 2)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
