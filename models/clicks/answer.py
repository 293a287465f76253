"""The mask that follows from a prompt: pure, and the same at each call."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clicks.choice import GUESS, Belief, believed
from models.clicks.edges import cut_out
from models.clicks.prompt import Click, Mask, Prompt
from models.clicks.spread import spread
from models.functional.masks import INSIDE
from models.sources.stored import StoredProposals

_LARGE, _NOT_TINY = 0.5, 0.05
"""Parts that stay beside the largest, of its area: without clicks; and, where the proposal has
them too, with clicks."""
_COLLAPSED = 0.25
"""Colours that leave less than this part of what was believed do not tell the object apart."""
_TOUCHED = 0.1
"""Radius of what a correction changes at least, of the square root of the object's area."""


def mask_from_prompt(
    frame: NDArray[np.uint8],
    proposals: StoredProposals,
    prompt: Prompt,
    others: Mask | None = None,
) -> Mask:
    """Find an object.

    The box, the first click inside, or its number choose a proposal, and the colours of the picture
    its edges. Each further click changes what is connected with it. An earlier mask is where clicks
    begin; a box or a proposal's number begins anew.

    Args:
        frame: (H, W, 3) RGB.
        proposals: of the frame, at its size.
        prompt: what a person says of the object.
        others: (H, W), pixels of other objects. They stay with these, but for those that are
            connected with a click inside.

    Returns:
        (H, W) bool; empty where nothing is found.

    Raises:
        InputError: the prompt cannot be meant of this frame.
    """
    prompt.check((frame.shape[0], frame.shape[1]), len(proposals.scores))
    mask, made = prompt.earlier, 0
    if prompt.box is not None or prompt.proposal is not None:
        mask = _whole(frame, proposals, replace(prompt, clicks=()))
    elif mask is None:  # clicks outside say nothing before there is one inside
        made = next(n for n, c in enumerate(prompt.clicks, 1) if c.inside)
        mask = _whole(frame, proposals, replace(prompt, clicks=prompt.clicks[:made]))
    for count in range(made + 1, len(prompt.clicks) + 1):
        said = replace(prompt, clicks=prompt.clicks[:count])
        mask = after_click(frame, proposals, said, mask)
    return mask if others is None else _apart(mask, others, prompt.clicks)


def after_click(
    frame: NDArray[np.uint8], proposals: StoredProposals, prompt: Prompt, before: Mask
) -> Mask:
    """The mask after one more click, which is what a person waits for.

    Args:
        frame, proposals: as `mask_from_prompt` takes them.
        prompt: checked; its last click is the new one.
        before: (H, W), the mask of the prompt without it.
    """
    seen = prompt.box is not None or prompt.proposal is not None
    if seen or any(click.inside for click in prompt.clicks):
        belief = believed(proposals, prompt)
    else:
        belief = np.where(before, GUESS, np.float32(0))
    after = _found(frame, belief, prompt)
    return corrected(before, after, prompt.clicks[-1])


def _whole(frame: NDArray[np.uint8], proposals: StoredProposals, prompt: Prompt) -> Mask:
    """All of the object at once."""
    return _found(frame, believed(proposals, prompt), prompt)


def _found(frame: NDArray[np.uint8], belief: Belief, prompt: Prompt) -> Mask:
    belief = spread(frame, belief, prompt.clicks)
    found = _parts(cut_out(frame, belief, prompt.box, prompt.clicks), belief, prompt.clicks)
    likely = belief > INSIDE
    if np.count_nonzero(found) < _COLLAPSED * np.count_nonzero(likely):
        return likely
    return found


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


def _parts(mask: Mask, belief: Belief, clicks: tuple[Click, ...]) -> Mask:
    """The connected parts that are meant."""
    count, labels, table, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count <= 2:
        return mask
    areas = table[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    kept = {int(labels[c.y, c.x]) for c in clicks if c.inside}
    if not kept:
        kept = {*np.flatnonzero(areas >= _LARGE * areas.max()).tolist()}
    else:
        sums = np.bincount(labels.ravel(), belief.ravel(), count)
        own = (sums > INSIDE * areas) & (areas > _NOT_TINY * areas.max())
        kept |= {*np.flatnonzero(own).tolist()}
    return np.isin(labels, [*kept - {0}])


def _apart(mask: Mask, others: Mask, clicks: tuple[Click, ...]) -> Mask:
    shared = mask & others
    _, labels = cv2.connectedComponents(shared.view(np.uint8), connectivity=4)
    taken = [int(labels[c.y, c.x]) for c in clicks if c.inside and shared[c.y, c.x]]
    return mask & (~others | np.isin(labels, taken))
