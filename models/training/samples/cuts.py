"""Cuts: for a while a clip shows another scene, in which none of its objects is."""

import numpy as np
from numpy.random import Generator

from models.training.samples.pasting import Drifting


def cut_away(rng: Generator, clip: Drifting, other: Drifting) -> None:
    """Replace some successive frames of a clip, never the first, by those of another scene.

    What is of the same kind there must not be taken for the object, which in two clips of three is
    back before the end (never in a clip of two frames).

    Args:
        clip: T frames (S, S, 3) and their ids (S, S); changed in place.
        other: as many of another scene.
    """
    images, masks = clip
    last = len(images) - 1
    back = last > 1 and rng.random() < 2 / 3
    begin = int(rng.integers(1, last if back else last + 1))
    end = int(rng.integers(begin, last)) if back else last
    for index in range(begin, end + 1):
        images[index] = other[0][index]
        masks[index] = np.zeros_like(masks[index])
