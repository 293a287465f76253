"""Clicks as a person would make them who knows the truth, for measuring and for training."""

import cv2
import numpy as np

from models.clicks.answer import Answers, mask_from_prompt
from models.clicks.prompt import Click, Mask, Prompt


def clicked(answers: Answers, truth: Mask, most: int) -> list[float]:
    """IoU with the truth after each click, until nothing is wrong.

    Args:
        answers: of a frame.
        truth: (H, W), not empty.
        most: how many clicks at most.
    """
    mask = np.zeros_like(truth)
    clicks, ious = list[Click](), list[float]()
    while len(ious) < most and (click := next_click(truth, mask)) is not None:
        clicks.append(click)
        prompt = Prompt(clicks=tuple(clicks))
        if len(clicks) == 1:
            mask = mask_from_prompt(answers, prompt)
        else:
            mask = answers.again(prompt, mask)
        ious.append(overlap(mask, truth))
    return ious


def overlap(a: Mask, b: Mask) -> float:
    """IoU of two masks, of which one at least has an inside."""
    return float(np.count_nonzero(a & b) / np.count_nonzero(a | b))


def next_click(truth: Mask, mask: Mask) -> Click | None:
    """In the middle of the largest connected error; None where nothing is wrong.

    Errors are connected by the sides of pixels. What is missing comes before what is too much, and
    earlier rows and columns before later ones, where two are as large.

    Args:
        truth: (H, W). mask: what was found of it; empty before the first click.
    """
    missing, missed = _largest(truth & ~mask)
    spilt, too_much = _largest(mask & ~truth)
    if not (missed or too_much):
        return None
    inside = missed >= too_much
    x, y = middle(missing if inside else spilt)
    return Click(x, y, inside)


def middle(mask: Mask) -> tuple[int, int]:
    """x, y of the pixel that is farthest from all outside, of which the frame's border is a part.

    Args:
        mask: (H, W), not empty.
    """
    bordered = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(bordered, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x), int(y)


def _largest(mask: Mask) -> tuple[Mask, int]:
    """The largest part, and its area; 0 of an empty mask."""
    count, labels, table, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count == 1:
        return mask, 0
    areas = table[1:, cv2.CC_STAT_AREA]
    best = int(areas.argmax())
    return labels == best + 1, int(areas[best])
