"""Clips simulated from still images by affine motion (paper, section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator

from models.errors import InputError
from models.training.data.pairs import AnnotatedImage, Array
from models.training.recipe import SamplesPart
from models.training.samples.clip import TRIES, Clip, assemble
from models.training.samples.cuts import cut_away
from models.training.samples.parts import with_part
from models.training.samples.pasting import Drifting, paste_several
from models.training.samples.warp import Jitter, apply, random_affine, random_view


@dataclass(frozen=True)
class StillClips:
    """Clips of one still each; up to `most_pasted` others may be pasted, and move too."""

    pairs: Sequence[AnnotatedImage]
    part: SamplesPart

    def __call__(self, rng: Generator) -> Clip:
        """Draw a clip. Raises InputError: a picture cannot be read, or no object is found."""
        part = self.part
        for _ in range(TRIES):
            pair = draw(rng, self.pairs)
            images, masks = drifting(
                rng, pair, part.size, part.length, (0.5, 1.5), parts=part.parts
            )
            if rng.random() < part.paste:
                others = partial(self._other, pair)
                paste_several(rng, images, masks, others, part.most_pasted)
            if part.cuts and rng.random() < part.cuts and (scene := draw(rng, self.pairs)) != pair:
                views = drifting(rng, scene, part.size, part.length, (0.5, 1.5))
                cut_away(rng, (images, masks), views)
            clip = assemble(rng, images, masks, part.most_objects, part.drawn)
            if clip is not None:
                return clip
        raise InputError(f"{TRIES} draws in a row gave no clip; are there objects in the masks?")

    def _other(self, pair: AnnotatedImage, rng: Generator) -> Drifting:
        # The same still again is the hardest look-alike.
        other = pair if rng.random() < 0.25 else draw(rng, self.pairs)
        return drifting(rng, other, self.part.size, self.part.length, (0.8, 4.0))


def draw(rng: Generator, pairs: Sequence[AnnotatedImage]) -> AnnotatedImage:
    """One of them, each as likely."""
    return pairs[int(rng.integers(len(pairs)))]


def drifting(
    rng: Generator,
    pair: AnnotatedImage,
    size: int,
    length: int,
    area: tuple[float, float],
    *,
    parts: float = 0.0,
) -> Drifting:
    """Views of one still along a smooth affine drift with some jitter.

    Args:
        parts: how often a part of an object becomes one of its own.
    """
    image, mask = pair.image(), pair.mask()
    if parts and rng.random() < parts:
        mask = with_part(rng, image, mask)
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
