"""Masks on the network's grid and in their own boxes."""

import torch

from models.functional.masks import downsample_masks, pool_own_regions, pool_regions


def test_a_cell_is_the_mean_of_its_pixels() -> None:
    masks = torch.zeros(2, 4, 8, dtype=torch.bool)
    masks[1, :2, :4] = True
    assert downsample_masks(masks, 4).tolist() == [[[0.0, 0.0]], [[0.5, 0.0]]]


def test_each_mask_is_pooled_in_its_own_box() -> None:
    torch.manual_seed(0)
    masks, boxes = torch.rand(2, 8, 8), torch.tensor([[0.0, 0, 16, 16], [8, 8, 32, 32]])
    own = pool_own_regions(masks, boxes, 4, 5)
    for index in range(2):
        alone = pool_regions(masks[index : index + 1], boxes[index : index + 1], 4, 5)
        torch.testing.assert_close(own[index], alone[0, 0])
