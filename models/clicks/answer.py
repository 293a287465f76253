"""The mask that follows from a prompt: pure, and the same at each call."""

from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np

from models.clicks.prompt import Click, Mask, Prompt

_TOUCHED = 0.1
"""Radius of what a correction changes at least, of the square root of the object's area."""


class Answers(Protocol):
    """What is known of one frame, and can be asked where an object is."""

    def check(self, prompt: Prompt) -> None:
        """See that a prompt can be meant of the frame. Raises InputError."""
        ...

    def whole(self, prompt: Prompt) -> Mask:
        """(H, W) the object from a box, a proposal's number or a click inside, anew."""
        ...

    def again(self, prompt: Prompt, before: Mask) -> Mask:
        """(H, W) the object once more: `before`, and what was said since. The last click is new."""
        ...


def mask_from_prompt(answers: Answers, prompt: Prompt, others: Mask | None = None) -> Mask:
    """Find an object.

    Each click after the first answer changes what is connected with it. An earlier mask is where
    clicks begin; a box or a proposal's number begins anew.

    Args:
        answers: of the frame.
        prompt: what a person says of the object.
        others: (H, W), pixels of other objects. They stay with these, but for those that are
            connected with a click inside.

    Returns:
        (H, W) bool; empty where nothing is found.

    Raises:
        InputError: the prompt cannot be meant of this frame.
    """
    answers.check(prompt)
    mask, made = prompt.earlier, 0
    if prompt.box is not None or prompt.proposal is not None:
        mask = answers.whole(replace(prompt, clicks=()))
    elif mask is None:  # clicks outside say nothing before there is one inside
        made = next(n for n, c in enumerate(prompt.clicks, 1) if c.inside)
        mask = answers.whole(replace(prompt, clicks=prompt.clicks[:made]))
    for count in range(made + 1, len(prompt.clicks) + 1):
        mask = after_click(answers, replace(prompt, clicks=prompt.clicks[:count]), mask)
    return mask if others is None else _apart(mask, others, prompt.clicks)


def after_click(answers: Answers, prompt: Prompt, before: Mask) -> Mask:
    """The mask after one more click, which is what a person waits for.

    Args:
        answers: of the frame.
        prompt: checked; its last click is the new one.
        before: (H, W), the mask of the prompt without it.
    """
    return corrected(before, answers.again(prompt, before), prompt.clicks[-1])


def corrected(before: Mask, after: Mask, click: Click) -> Mask:
    """Of what a new click changes, only what is connected with it, and a disc around it.

    Args:
        before, after: (H, W), the mask without the click and with it.
        click: the new one.
    """
    changed = (after != before) & (after == click.inside)
    near = np.zeros(before.shape, np.uint8)
    radius = max(1, round(_TOUCHED * np.sqrt(np.count_nonzero(before))))
    cv2.circle(near, (click.x, click.y), radius, 1, -1)
    if changed[click.y, click.x]:
        _, labels = cv2.connectedComponents(changed.view(np.uint8), connectivity=4)
        near |= (labels == labels[click.y, click.x]).view(np.uint8)
    return np.where(near > 0, click.inside, before)


def _apart(mask: Mask, others: Mask, clicks: tuple[Click, ...]) -> Mask:
    shared = mask & others
    _, labels = cv2.connectedComponents(shared.view(np.uint8), connectivity=4)
    taken = [int(labels[c.y, c.x]) for c in clicks if c.inside and shared[c.y, c.x]]
    return mask & (~others | np.isin(labels, taken))
