"""Boxes, pooling and pasting of masks."""

import numpy as np
import torch

from models.functional.masks import (
    disagreeing,
    grow_boxes,
    mask_boxes,
    pairwise_iou,
    paste_masks,
    pool_regions,
    where_present,
)


def test_boxes_are_tight_and_absent_objects_are_named() -> None:
    masks = torch.zeros(3, 10, 12)
    masks[0, 2:5, 3:9] = 1
    masks[1, 9, 11] = 0.6
    boxes, present = mask_boxes(masks)
    assert boxes.tolist() == [[3, 2, 9, 5], [11, 9, 12, 10], [0, 0, 0, 0]]
    assert present.tolist() == [True, True, False]


def test_pasting_a_full_mask_fills_its_box_and_nothing_else() -> None:
    boxes = torch.tensor([[8.0, 16.0, 40.0, 48.0]])
    pasted = paste_masks(torch.ones(1, 28, 28), boxes, 16, 20, 4)
    expected = np.zeros((16, 20))
    expected[4:12, 2:10] = 1
    np.testing.assert_allclose(pasted[0].numpy(), expected, atol=1e-6)


def test_pooling_then_pasting_returns_the_mask() -> None:
    ys, xs = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    mask = (((ys - 30) ** 2 + (xs - 34) ** 2) < 15**2).float()
    boxes = grow_boxes(torch.tensor([[19.0, 15.0, 50.0, 46.0]]), 1.2)
    small = pool_regions(mask[None], boxes, 1, 28)[:, 0]
    back = paste_masks(small, boxes, 64, 64, 1)
    assert float(pairwise_iou(back, mask[None])) > 0.95


def test_pasting_nothing_gives_nothing() -> None:
    assert paste_masks(torch.zeros(0, 28, 28), torch.zeros(0, 4), 8, 8, 4).shape == (0, 8, 8)


def test_iou_against_counting() -> None:
    a, b = torch.zeros(1, 4, 4), torch.zeros(2, 4, 4)
    a[0, :2] = 1
    b[0, 1:3] = 1
    torch.testing.assert_close(pairwise_iou(a, b), torch.tensor([[4 / 12, 0.0]]))


def test_iou_counts_cells_under_autocast_too() -> None:
    masks = torch.zeros(3, 300, 300)  # more cells than half precision has numbers
    masks[0], masks[1, :257], masks[2, :1, :1] = 1, 1, 1
    plain = pairwise_iou(masks, masks)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(pairwise_iou(masks, masks), plain)
    assert plain.diagonal().tolist() == [1, 1, 1]


def test_an_absent_mask_is_replaced_and_others_stay() -> None:
    masks, others = torch.zeros(2, 4, 4), torch.rand(2, 4, 4)
    masks[0, 1, 1] = 0.9
    masks[1] = 0.3  # no cell is inside
    chosen = where_present(masks, others)
    assert torch.equal(chosen[0], masks[0])
    assert torch.equal(chosen[1], others[1])


def test_disagreement_needs_an_anchor() -> None:
    anchor = torch.zeros(8, 8)
    anchor[2:6, 2:6] = 0.9
    half, much = anchor.clone(), torch.full((8, 8), 0.8)
    half[2:4] = 0
    against = disagreeing(
        torch.stack([anchor, half, much]), torch.stack([anchor, torch.zeros(8, 8)]), 0.5
    )
    # IoU of 1, of 8/16 and of 16/64; where there is no anchor, nothing speaks against a mask.
    assert against.tolist() == [[False, False, True], [False, False, False]]
