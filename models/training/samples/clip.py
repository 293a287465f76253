"""A training clip: a short sequence of frames with the same objects."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from models.training.data.pairs import IGNORE, Array
from models.training.samples.style import make_drawn
from models.training.samples.warp import Colour, visible_objects

SMALLEST = 0.003
"""Least share of the view that an object covers in the first frame."""
_NEAR = 15
"""Side, in pixels, of the square about a pixel of an object in which another one touches it."""
TRIES = 100
"""Draws without any object before giving up on the data."""
NOTHING_SEEN = f"the masks hold no object, or none that covers {SMALLEST:.1%} of a view"


@dataclass(frozen=True, slots=True)
class Clip:
    """T frames of one scene.

    frames: (T, 3, S, S) uint8 RGB. ids: (T, S, S) uint8, 0 background, 1..O objects,
    255 ignored; every object is seen in the first frame. given: so many frames come with their
    masks; those after them are to be segmented.
    """

    frames: Tensor
    ids: Tensor
    objects: int
    given: int = 1


def assemble(
    rng: Generator,
    images: list[Array],
    masks: list[Array],
    most: int,
    drawn: float,
    *,
    given: int = 1,
    alone: float = 0.0,
) -> Clip | None:
    """Choose objects, give them ids 1..O and adjust colours.

    Args:
        rng: of the choice and the colours.
        images: T images (S, S, 3) uint8 RGB, in the clip's order.
        masks: their T masks (S, S) uint8 ids: 0 background, 255 ignored.
        most: objects to choose at most; of more, those that touch each other are preferred.
        drawn: how often, in [0, 1], the clip is made to look like animation.
        given: frames that come with their masks, 1 or more.
        alone: how often, in [0, 1], a single object is chosen.

    Returns:
        The clip; None if the first frame shows no object.
    """
    seen = visible_objects(masks[0], SMALLEST)
    if not seen:
        return None
    if alone and rng.random() < alone:
        most = 1
    chosen = _touching(masks[0], [int(i) for i in rng.permutation(seen)], most)
    table = np.zeros(256, np.uint8)
    table[chosen] = np.arange(1, len(chosen) + 1)
    table[IGNORE] = IGNORE
    if rng.random() < drawn:
        images = make_drawn(rng, images)
    scene = Colour.draw(rng, 0.15, grey=0.05)
    frames = np.stack([Colour.draw(rng, 0.02)(scene(image)) for image in images])
    return Clip(
        torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(table[np.stack(masks)]),
        len(chosen),
        given,
    )


def _touching(mask: Array, ids: list[int], most: int) -> list[int]:
    """The first of the ids, then the next that touches one before it, as long as there is one."""
    chosen, left = ids[:1], ids[1:]
    while left and len(chosen) < most:
        around = cv2.dilate(np.isin(mask, chosen).view(np.uint8), np.ones((_NEAR, _NEAR), np.uint8))
        near = set(np.unique(mask[around > 0]).tolist())
        found = next((i for i in left if i in near), left[0])
        left.remove(found)
        chosen.append(found)
    return chosen
