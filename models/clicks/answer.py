"""The mask that follows from a prompt: pure, and the same at each call."""

from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np

from models.clicks.prompt import Click, Mask, Prompt


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

    Clicks are taken one after the other, each on the mask of those before. An earlier mask is where
    they begin; a box or a proposal's number begins anew.

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
        mask = answers.again(replace(prompt, clicks=prompt.clicks[:count]), mask)
    return mask if others is None else _apart(mask, others, prompt.clicks)


def _apart(mask: Mask, others: Mask, clicks: tuple[Click, ...]) -> Mask:
    shared = mask & others
    _, labels = cv2.connectedComponents(shared.view(np.uint8), connectivity=4)
    taken = [int(labels[c.y, c.x]) for c in clicks if c.inside and shared[c.y, c.x]]
    return mask & (~others | np.isin(labels, taken))
