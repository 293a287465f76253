"""Occluders, distractors and look-alikes: objects of other clips pasted over a clip."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.data.pairs import IGNORE, Array
from models.training.samples.choice import one_of
from models.training.samples.clip import SMALLEST
from models.training.samples.warp import about, apply, visible_objects

PASTED = 254
"""Id of the first pasted thing that is an object of the clip; the next ones count down."""
_OBJECT, _CROSSING, _BEHIND = 0.6, 0.4, 0.4


Drifting = tuple[list[Array], list[Array]]
"""T views (S, S, 3) of one image and their ids (S, S)."""


def paste_several(
    rng: Generator,
    images: list[Array],
    masks: list[Array],
    draw: Callable[[Generator], Drifting],
    most: int,
    beside: float = 0.0,
) -> None:
    """Paste 1 to `most` objects, each from a clip of its own; see `paste` and `paste_beside`."""
    for index in range(int(rng.integers(1, most + 1))):
        put = paste_beside if beside and rng.random() < beside else paste
        put(rng, images, masks, *draw(rng), PASTED - index)


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


def paste_beside(
    rng: Generator,
    images: list[Array],
    masks: list[Array],
    theirs: list[Array],
    ids: list[Array],
    label: int = PASTED,
) -> None:
    """Paste one object of another clip at the edge of one of this clip, before or behind it.

    It goes along, or moves over the object or away from it within the clip. Without an object it
    is pasted as by `paste`, whose arguments these are.
    """
    candidates, present = visible_objects(ids[0], SMALLEST), visible_objects(masks[0], SMALLEST)
    if not candidates or not present:
        paste(rng, images, masks, theirs, ids, label)
        return
    chosen, neighbour = one_of(rng, candidates), one_of(rng, present)
    label = label if rng.random() < _OBJECT else 0
    behind = rng.random() < _BEHIND
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    # From where the two just touch to where they overlap by a part.
    apart = (_reach(ids[0] == chosen, -way) + _reach(masks[0] == neighbour, way)) * way
    place = apart * rng.uniform(0.6, 1.0)
    # In all from staying to passing by, towards it or (less far) away.
    velocity = apart * rng.choice((0, rng.uniform(-1.8, 0.6))) / (len(images) - 1)
    for image, mask, source, source_ids in zip(images, masks, theirs, ids, strict=True):
        there = _centre(mask == neighbour)
        if there is not None:
            anchor = there
        own = _centre(source_ids == chosen)
        if own is not None:
            shift = anchor + place - own
            matrix = about((0, 0), np.eye(2), (float(shift[0]), float(shift[1])))
            moved, moved_ids = apply(matrix, source, source_ids, mask.shape)
            inside = moved_ids == chosen
            if behind:
                inside &= (mask == 0) | (mask == IGNORE)
            image[inside] = moved[inside]
            mask[inside] = label
        place = place + velocity


def _centre(inside: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Mean (x, y) of the pixels, None of none."""
    rows, columns = np.nonzero(inside)
    return np.array([columns.mean(), rows.mean()]) if len(rows) else None


def _reach(inside: NDArray[np.bool_], way: NDArray[np.float64]) -> float:
    """How far from their centre most of the pixels go in a direction."""
    rows, columns = np.nonzero(inside)
    along = columns * way[0] + rows * way[1]
    return float(np.quantile(along, 0.95) - along.mean())
