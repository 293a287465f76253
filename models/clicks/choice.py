"""Which proposal a person means, as a belief of where the object is."""

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.ops import box_iou

from models.clicks.prompt import Click, Mask, Prompt
from models.functional.masks import INSIDE, paste_masks
from models.sources.stored import StoredProposals

Belief = NDArray[np.float32]
"""(H, W) in [0, 1]: how likely a pixel is the object's."""

_BOX, _LATER, _OUTSIDE, _SCORE = 2.0, 0.5, 0.3, 0.3
"""Weights of the overlap with the box, of clicks after the first and outside, of the score; a first
click counts 1."""
_LEAST_OVERLAP, _LEAST_INSIDE = 0.45, 0.3
"""IoU with the box, and value at the first click, below which no proposal is the object."""
GUESS, UNKNOWN = np.float32(0.6), np.float32(0.2)
"""Belief inside of a guess, and outside, where the object may well go on."""
_GUESSED_RADIUS = 0.08
"""Around a click, of the frame's short side."""


def believed(proposals: StoredProposals, prompt: Prompt) -> Belief:
    """Where the object is by the proposal that agrees best with the box and the clicks.

    Without one that does: an ellipse in the box, or discs around the clicks inside.

    Args:
        proposals: of the frame.
        prompt: checked; with a proposal, a box or a click inside.
    """
    number = prompt.proposal
    if number is None:
        number = best_proposal(proposals, prompt)
    if number is not None:
        boxes = torch.from_numpy(proposals.boxes[number, None])
        masks = torch.from_numpy(proposals.masks[number, None])
        return paste_masks(masks, boxes, *proposals.size, stride=1)[0].numpy()
    return np.where(_guess(prompt, proposals.size), GUESS, UNKNOWN)


def best_proposal(proposals: StoredProposals, prompt: Prompt) -> int | None:
    """Number of the proposal that agrees best with the box and the clicks; None where none does."""
    if not len(proposals.scores):
        return None
    inside = [_values_at(proposals, c) for c in prompt.clicks if c.inside]
    outside = [_values_at(proposals, c) for c in prompt.clicks if not c.inside]
    merit = _SCORE * proposals.scores
    for place, values in enumerate(inside):
        merit = merit + values * (_LATER if place else 1)
    for values in outside:
        merit = merit - _OUTSIDE * values
    fits = inside[0] >= _LEAST_INSIDE if inside else np.ones(len(merit), bool)
    if prompt.box is not None:
        box = torch.tensor([prompt.box], dtype=torch.float32)
        overlap = box_iou(box, torch.from_numpy(proposals.boxes))[0].numpy()
        merit, fits = merit + _BOX * overlap, overlap >= _LEAST_OVERLAP
    best = int(merit.argmax())
    return best if fits[best] else None


def _values_at(proposals: StoredProposals, click: Click) -> NDArray[np.float32]:
    """(N,) of each proposal's mask at a pixel; whole masks of large frames would fill memory."""
    x, y = click.x, click.y
    boxes = torch.from_numpy(proposals.boxes - np.array([x, y, x, y], np.float32))
    return paste_masks(torch.from_numpy(proposals.masks), boxes, 1, 1, stride=1)[:, 0, 0].numpy()


def _guess(prompt: Prompt, size: tuple[int, int]) -> Mask:
    y, x = np.ogrid[: size[0], : size[1]]
    if prompt.box is not None:
        x0, y0, x1, y1 = prompt.box
        across, down = (x + 0.5 - (x0 + x1) / 2) / (x1 - x0), (y + 0.5 - (y0 + y1) / 2) / (y1 - y0)
        return across**2 + down**2 <= INSIDE**2
    radius = max(1.0, _GUESSED_RADIUS * min(size))
    near = np.zeros(size, bool)
    for click in prompt.clicks:
        if click.inside:
            near |= (x - click.x) ** 2 + (y - click.y) ** 2 <= radius**2
    return near
