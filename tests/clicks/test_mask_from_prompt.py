"""From a prompt to a mask, on pictures whose truth is known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.clicks.answer import mask_from_prompt
from models.clicks.by_proposals import ByProposals
from models.clicks.choice import believed
from models.clicks.nearby import corrected
from models.clicks.prompt import Box, Click, Mask, Prompt
from models.clicks.spread import spread
from models.errors import InputError
from models.sources.stored import StoredProposals

SIZE = (96, 128)
NOTHING = StoredProposals.none(SIZE)


def disc(x: int, y: int, radius: int) -> Mask:
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (x, y), radius, 1, -1)
    return mask > 0


def picture(*discs: Mask) -> np.ndarray:
    """Red discs on noisy green."""
    noise = np.random.default_rng(0).integers(0, 25, (*SIZE, 3))
    image = np.full((*SIZE, 3), (30, 120, 40)) + noise
    for mask in discs:
        image[mask] = np.array((190, 40, 50)) + noise[mask]
    return image.astype(np.uint8)


def stored(*masks: np.ndarray) -> StoredProposals:
    scores = np.linspace(0.9, 0.5, len(masks))
    return StoredProposals.of_frame_masks(np.stack(masks), scores, "here")


def soft(mask: Mask) -> np.ndarray:
    """Unsure of its edge, as proposals are."""
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 6)


def iou(a: Mask, b: Mask) -> float:
    return float((a & b).sum() / (a | b).sum())


LEFT, RIGHT = disc(35, 50, 18), disc(95, 45, 14)
IMAGE = picture(LEFT, RIGHT)
BOX: Box = (17, 32, 54, 69)


@pytest.mark.parametrize(
    "prompt",
    [Prompt(box=BOX), Prompt(clicks=(Click(35, 50),)), Prompt(proposal=0)],
    ids=["box", "point", "proposal"],
)
def test_edges_are_those_of_the_picture_not_of_the_proposal(prompt: Prompt) -> None:
    rough = disc(37, 52, 24)
    assert iou(rough, LEFT) < 0.6
    found = mask_from_prompt(ByProposals(IMAGE, stored(soft(rough), soft(RIGHT))), prompt)
    assert iou(found, LEFT) > 0.88
    assert np.array_equal(
        found, mask_from_prompt(ByProposals(IMAGE, stored(soft(rough), soft(RIGHT))), prompt)
    )


def test_without_proposals_a_box_or_a_point_is_enough() -> None:
    assert iou(mask_from_prompt(ByProposals(IMAGE, NOTHING), Prompt(box=BOX)), LEFT) > 0.95
    found = mask_from_prompt(ByProposals(IMAGE, NOTHING), Prompt(clicks=(Click(35, 50),)))
    assert iou(found & ~RIGHT, LEFT) > 0.95


def test_the_best_scored_proposal_gives_way_to_what_is_pointed_at() -> None:
    proposals = stored(LEFT, RIGHT)
    assert iou(believed(proposals, Prompt(clicks=(Click(95, 45),))) > 0.5, RIGHT) > 0.9
    assert iou(believed(proposals, Prompt(box=(81, 31, 110, 60))) > 0.5, RIGHT) > 0.9
    assert iou(believed(proposals, Prompt(proposal=1)) > 0.5, RIGHT) > 0.9


def test_a_box_far_from_every_proposal_is_an_ellipse() -> None:
    belief = believed(stored(LEFT), Prompt(box=(80, 30, 112, 62)))
    assert belief[46, 96] > 0.5 and belief[50, 35] < 0.5 and belief[31, 81] < 0.5


def test_where_colours_say_nothing_the_guess_stands() -> None:
    grey = np.full((*SIZE, 3), 90, np.uint8)
    assert iou(mask_from_prompt(ByProposals(grey, NOTHING), Prompt(box=BOX)), LEFT) > 0.9
    assert mask_from_prompt(ByProposals(grey, NOTHING), Prompt(box=(5, 5, 8, 7))).any()


def test_nothing_is_found_outside_of_a_box() -> None:
    found = mask_from_prompt(ByProposals(IMAGE, stored(LEFT)), Prompt(box=(17, 32, 54, 50)))
    inside = np.zeros(SIZE, bool)
    inside[32:50, 17:54] = True
    assert found.any() and not (found & ~inside).any()


def test_clicks_are_kept_to_and_change_what_is_connected_with_them() -> None:
    both = stored(LEFT | RIGHT)
    first = Prompt(clicks=(Click(35, 50),))
    before = mask_from_prompt(ByProposals(IMAGE, both), first)
    assert iou(before, LEFT | RIGHT) > 0.95
    second = replace(first, clicks=(*first.clicks, Click(95, 45, inside=False)))
    after = mask_from_prompt(ByProposals(IMAGE, both), second)
    assert not after[45, 95] and iou(after, LEFT) > 0.95


def test_an_earlier_mask_stays_where_no_click_is() -> None:
    earlier = disc(20, 15, 8)
    assert np.array_equal(
        mask_from_prompt(ByProposals(IMAGE, NOTHING), Prompt(earlier=earlier)), earlier
    )
    prompt = Prompt(earlier=earlier, clicks=(Click(95, 45),))
    found = mask_from_prompt(ByProposals(IMAGE, stored(RIGHT)), prompt)
    assert iou(found, earlier | RIGHT) > 0.95
    gone = mask_from_prompt(
        ByProposals(IMAGE, NOTHING), Prompt(earlier=LEFT, clicks=(Click(35, 50, False),))
    )
    assert not gone[50, 35] and not (gone & ~LEFT).any()


def test_a_correction_changes_its_part_alone() -> None:
    before, after = LEFT, RIGHT
    assert np.array_equal(corrected(before, after, Click(95, 45)), LEFT | RIGHT)
    assert not corrected(before, after, Click(35, 50, inside=False)).any()
    small = corrected(before, before, Click(35, 50, inside=False))
    assert not small[50, 35] and small.sum() > 0.9 * LEFT.sum()


def test_pixels_of_others_are_taken_only_where_they_are_clicked() -> None:
    half = LEFT.copy()
    half[:, :35] = False
    proposals = stored(LEFT)
    kept = mask_from_prompt(ByProposals(IMAGE, proposals), Prompt(box=BOX), half)
    assert kept.any() and not (kept & half).any()
    taken = mask_from_prompt(
        ByProposals(IMAGE, proposals), Prompt(box=BOX, clicks=(Click(45, 50),)), half
    )
    assert iou(taken, LEFT) > 0.95


def test_what_clicks_say_spreads_to_near_pixels_of_like_colour() -> None:
    belief = np.full(SIZE, 0.5, np.float32)
    after = spread(IMAGE, belief, [Click(35, 50), Click(35, 20, inside=False)])
    assert after[50, 35] > 0.9 and after[20, 35] < 0.1
    assert after[50, 40] > 0.7  # red beside it
    assert abs(after[50, 58] - 0.5) < 0.15  # green as near as an edge allows
    assert abs(after[90, 125] - 0.5) < 0.01
    assert spread(IMAGE, belief, []) is belief


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (Prompt(clicks=(Click(128, 5),)), "128,5 is outside of the picture, which is 128x96"),
        (Prompt(clicks=(Click(5, -1),)), "outside of the picture"),
        (Prompt(box=(5, 5, 5, 20)), "no area"),
        (Prompt(box=(5, 5, 129, 20)), "reaches out of the picture"),
        (Prompt(clicks=(Click(5, 5), Click(5, 5, inside=False))), "as inside and as outside"),
        (Prompt(proposal=2), "no proposal 2 in this frame; they go from 0 to 1"),
        (Prompt(clicks=(Click(5, 5, inside=False),)), "a box or a point inside"),
        (Prompt(earlier=np.zeros((4, 4), bool)), "4x4"),
    ],
)
def test_what_cannot_be_meant_is_refused(prompt: Prompt, said: str) -> None:
    with pytest.raises(InputError, match=said):
        mask_from_prompt(ByProposals(IMAGE, stored(LEFT, RIGHT)), prompt)
