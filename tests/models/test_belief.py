"""What of a mask is believed before it becomes a reference."""

import torch

from models.functional.belief import above_floor, at_most, near_anchors


def test_what_is_far_from_a_confirmed_anchor_is_dropped() -> None:
    masks, anchors = torch.zeros(3, 20, 40), torch.zeros(3, 20, 40)
    anchors[:, 5:15, 5:15] = 1
    masks[:, 6:14, 6:14] = 0.9  # the object
    masks[:, 2:8, 30:38] = 0.9  # a leak
    masks[1, 6:14, 6:14] = 0  # the anchor is not confirmed
    anchors[2] = 0  # there is no anchor
    logits = torch.logit(masks)
    kept = torch.sigmoid(near_anchors(logits, anchors, 1.4))
    assert kept[0, :, 30:].sum() == 0
    torch.testing.assert_close(kept[0, :, :20], masks[0, :, :20])
    torch.testing.assert_close(kept[1:], masks[1:])
    coarser = torch.nn.functional.avg_pool2d(anchors, 5)
    torch.testing.assert_close(torch.sigmoid(near_anchors(logits, coarser, 1.4)), kept)


def test_what_is_faint_counts_only_where_something_agrees() -> None:
    torch.manual_seed(0)
    masks, agreeing = torch.rand(2, 7, 9) / 2, torch.rand(2, 7, 9)
    found = above_floor(masks, agreeing, 0.4)
    peak = float(masks.sum(0).max())
    for o in range(2):
        for y in range(7):
            for x in range(9):
                near, value = float(agreeing[o, y, x]), float(masks[o, y, x])
                total = float(masks[:, y, x].sum())
                alone = value / total * max(0.0, (total - 0.4 * peak) / 0.6)
                assert abs(float(found[o, y, x]) - (near * value + (1 - near) * alone)) < 1e-6
    torch.testing.assert_close(above_floor(masks, agreeing, 0.0), masks)
    torch.testing.assert_close(above_floor(masks, torch.ones_like(masks), 0.9), masks)
    assert not above_floor(torch.zeros(2, 4, 4), torch.rand(2, 4, 4), 0.4).any()


def test_what_objects_share_out_among_them_is_not_faint() -> None:
    shared, alone = torch.full((3, 4, 4), 0.3), torch.full((1, 4, 4), 0.3)
    shared[0, 0, 0] = alone[0, 0, 0] = 0.4  # the peaks: of the sum, 1
    alone[0, 0, 1] = 1.0
    none = torch.zeros(3, 4, 4)
    assert (above_floor(shared, none, 0.4)[:, 1:] > 0.24).all()
    assert not above_floor(alone, none[:1], 0.4)[:, 1:].any()


def test_objects_share_what_a_limit_leaves_them() -> None:
    masks = torch.tensor([[0.2, 0.6, 0.0, 0.3], [0.1, 0.2, 0.0, 0.1]])
    found = at_most(masks, torch.tensor([0.5, 0.4, 0.3, 0.0]), masks.sum(0))
    torch.testing.assert_close(found, torch.tensor([[0.2, 0.3, 0.0, 0.0], [0.1, 0.1, 0.0, 0.0]]))
