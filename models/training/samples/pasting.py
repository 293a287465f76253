"""Occluders, distractors and look-alikes: objects of other clips pasted over a clip."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from models.training.data.pairs import Array
from models.training.samples.clip import SMALLEST
from models.training.samples.warp import about, apply, visible_objects

PASTED = 254
"""Id of the first pasted thing that is an object of the clip; the next ones count down."""
_OBJECT, _CROSSING = 0.6, 0.4


Drifting = tuple[list[Array], list[Array]]
"""T views (S, S, 3) of one image and their ids (S, S)."""


def paste_several(
    rng: Generator,
    images: list[Array],
    masks: list[Array],
    draw: Callable[[Generator], Drifting],
    most: int,
) -> None:
    """Paste 1 to `most` objects, each from a clip of its own; see `paste`."""
    for index in range(int(rng.integers(1, most + 1))):
        paste(rng, images, masks, *draw(rng), PASTED - index)


def paste(
    rng: Generator,
    images: list[Array],
    masks: list[Array],
    theirs: list[Array],
    ids: list[Array],
    label: int = PASTED,
) -> None:
    """Paste one object of another clip over this one, as an object or as an unknown thing.

    Now and then it crosses the view within the clip: what it hides is there again later.

    Args:
        images, masks: T frames (S, S, 3) and their ids (S, S); changed in place.
        theirs, ids: as many of the other clip.
        label: the new object's id.
    """
    candidates = visible_objects(ids[0], SMALLEST)
    if not candidates:
        return
    chosen = int(rng.choice(candidates))
    label = label if rng.random() < _OBJECT else 0
    size = masks[0].shape[0]
    shift = rng.integers(-size // 2, size // 2, 2).astype(float)
    crossing = rng.random() < _CROSSING
    # Crossing means there and on: towards the other side of the view.
    velocity = -shift * rng.uniform(0.4, 1.2) if crossing else np.zeros(2)
    for image, mask, source, source_ids in zip(images, masks, theirs, ids, strict=True):
        place = about((0, 0), np.eye(2), (float(shift[0]), float(shift[1])))
        moved, moved_ids = apply(place, source, source_ids, mask.shape)
        inside = moved_ids == chosen
        image[inside] = moved[inside]
        mask[inside] = label
        shift = shift + velocity
