"""Spoilt references: each mishap does what it says, and nothing else."""

import torch
from torch import Tensor

from models.proposals import Proposals
from models.training.stages.mishaps import (
    astray,
    blotted,
    incomplete,
    leaked,
    mislaid,
    taken,
    without_best,
)


def _seen() -> Tensor:
    masks = torch.zeros(3, 60, 80)
    masks[0, 10:30, 10:30] = masks[1, 30:50, 40:70] = 1  # the third object is not seen
    return masks


def _covered(masks: Tensor) -> list[float]:
    return [float(v) for v in (masks > 0.5).flatten(1).sum(1)]


def test_incomplete_keeps_a_part() -> None:
    torch.manual_seed(0)
    given = _seen()
    parts = [incomplete(given) for _ in range(10)]
    assert all((part <= given).all() for part in parts)
    for before, *after in list(zip(_covered(given), *map(_covered, parts), strict=True))[:2]:
        assert all(0 < v < before for v in after)


def test_leaked_adds_a_thing_apart_from_the_object() -> None:
    torch.manual_seed(0)
    given = _seen()
    others = torch.zeros(2, 60, 80)
    others[0, 12:28, 8:26] = 1  # the first object itself: never leaked onto
    others[1, 40:58, 2:20] = 1
    masks = leaked(given, others)
    assert torch.equal(masks[0], given[0].maximum(others[1]))


def test_blotted_adds_a_patch_that_touches_or_neighbours_the_object() -> None:
    torch.manual_seed(0)
    given = _seen()
    grown = []
    for _ in range(20):
        masks = blotted(given)
        assert (masks >= given).all()
        before, after = _covered(given), _covered(masks)
        grown.append(after[0] > before[0])
        assert after[0] < 3 * before[0] and after[2] == 0
        ys, xs = (masks[0] > given[0]).nonzero().T
        assert (ys < 55).all() and (xs < 55).all()
    assert sum(grown) > 15


def test_a_mislaid_reference_differs_and_leaves_the_original() -> None:
    torch.manual_seed(0)
    given, others = _seen(), torch.zeros(0, 60, 80)
    spoilt = [mislaid(given, others) for _ in range(30)]
    assert sum(not torch.equal(masks, given) for masks in spoilt) > 15
    assert any(float(masks.sum()) == 0 for masks in spoilt)  # lost
    assert torch.equal(given, _seen())


def test_a_reference_that_is_astray_keeps_the_object_and_takes_in_more() -> None:
    torch.manual_seed(0)
    given, others = _seen(), torch.zeros(1, 60, 80)
    others[0, 52:60, 2:12] = 1
    spoilt = [astray(given, others) for _ in range(40)]
    assert all((masks >= given).all() for masks in spoilt)
    more = [[a - b for a, b in zip(_covered(m), _covered(given), strict=True)] for m in spoilt]
    assert sum(each[0] > 0 for each in more) > 20
    assert all(each[2] <= 80 for each in more)  # unseen objects have no shape to show again
    assert any(masks[0, 52:60, 2:12].all() for masks in spoilt)  # the thing
    assert torch.equal(given, _seen())


def test_without_best_takes_away_what_overlaps_an_object_by_half() -> None:
    truth = torch.zeros(3, 100, 100)
    truth[0, 10:30, 10:30] = truth[1, 50:90, 50:90] = 1  # the third object is not seen
    boxes = torch.tensor(
        [[10, 10, 30, 30], [10, 10, 30, 60], [50, 50, 90, 71], [50, 50, 90, 69], [0, 0, 9, 9]]
    ).float()
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5])
    kept = without_best(Proposals(boxes, torch.zeros(5, 28, 28), scores), truth)
    # IoU 1 and 0.525 go; 0.4, 0.475 and 0 stay.
    assert torch.equal(kept.scores, scores[[1, 3, 4]])


def test_taken_moves_a_part_of_one_object_to_another() -> None:
    given = _seen()
    whole = given.sum(0)
    parts = set()
    torch.manual_seed(0)
    for _ in range(60):
        masks = taken(given)
        assert torch.equal(masks.sum(0), whole)  # nothing is lost, nothing is there twice
        parts.add(float((masks[0] * given[1]).sum()))
    assert 0 in parts and 600 in parts and len(parts) > 3  # none, all, some of the second
    assert torch.equal(taken(given[:1]), given[:1])
