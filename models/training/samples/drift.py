"""Motion for what has none: views of a still along a smooth affine drift."""

import numpy as np
from numpy.random import Generator

from models.training.data.pairs import AnnotatedImage, Array
from models.training.samples.parts import with_part
from models.training.samples.pasting import Drifting
from models.training.samples.strings import with_strings
from models.training.samples.warp import Jitter, apply, random_affine, random_view


def drifting(
    rng: Generator,
    pair: AnnotatedImage,
    size: int,
    length: int,
    area: tuple[float, float],
    *,
    parts: float = 0.0,
    strings: float = 0.0,
) -> Drifting:
    """Views of one still along a smooth affine drift with some jitter.

    Args:
        parts: how often a part of an object becomes one of its own.
        strings: how often an object has strings.
    """
    image, mask = pair.image(), pair.mask()
    if parts and rng.random() < parts:
        mask = with_part(rng, image, mask)
    if strings and rng.random() < strings:
        image, mask = with_strings(rng, image, mask)
    view = random_view(rng, mask.shape, size, area)
    drift = random_affine(rng, Jitter(6, 3, 0.12, 0.06), size)
    images: list[Array] = []
    masks: list[Array] = []
    for _ in range(length):
        shake = random_affine(rng, Jitter(10, 6, 0.08, 0.04), size)
        moved, ids = apply(np.asarray(shake @ view), image, mask, (size, size))
        images.append(moved)
        masks.append(ids)
        view = drift @ view
    return images, masks
