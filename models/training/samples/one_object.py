"""Single views around one object of an annotated image, for the click head."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from models.errors import InputError
from models.training.data.pairs import IGNORE, AnnotatedImage, Array
from models.training.recipe import SamplesPart
from models.training.samples.choice import one_of
from models.training.samples.clip import NOTHING_SEEN, TRIES
from models.training.samples.crowd import paste_crowd
from models.training.samples.style import make_drawn
from models.training.samples.warp import (
    Colour,
    Jitter,
    Matrix,
    apply,
    random_affine,
    visible_objects,
)

_WHOLE, _VIEWED = 0.0015, 0.006
"""Least share of the image, and of the view, that an object covers."""
_SURROUNDINGS = (1.15, 7.0)
"""Side of the view, in times the longer side of the object."""
_LARGEST = (0.9, 1.25)
"""Largest side of the view, in times the shorter side of the image, unless the object is larger."""


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One object in one view.

    image: (3, S, S) uint8 RGB. truth: (S, S) uint8, 1 inside, 0 outside, 255 ignored.
    """

    image: Tensor
    truth: Tensor


@dataclass(frozen=True)
class ObjectViews:
    """Draws square views, from close around an object to far.

    others: what crowds are made of; without it, `pairs`.
    """

    pairs: Sequence[AnnotatedImage]
    part: SamplesPart
    others: Sequence[AnnotatedImage] = ()

    def __call__(self, rng: Generator) -> ObjectView:
        """Draw a view. Raises InputError: a picture cannot be read, or no object is found."""
        size = self.part.size
        for _ in range(TRIES):
            pair = one_of(rng, self.pairs)
            image, mask = pair.image(), pair.mask()
            whole = visible_objects(mask, _WHOLE)
            if not whole:
                continue
            chosen = int(rng.choice(whole))
            view = view_around(rng, mask == chosen, size)
            jitter = random_affine(rng, Jitter(rotation=10, shear=5), size)
            image, mask = apply(jitter @ view, image, mask, (size, size))
            if rng.random() < self.part.crowd:
                others = self.others or self.pairs
                image, mask = paste_crowd(rng, image, mask, others, self.part.most_pasted)
            objects = visible_objects(mask, _VIEWED)
            if objects:
                if chosen not in objects or rng.random() < 0.5:
                    chosen = int(rng.choice(objects))
                return self._view(rng, image, mask, chosen)
        raise InputError(f"{TRIES} draws in a row were of no use: {NOTHING_SEEN}")

    def _view(self, rng: Generator, image: Array, mask: Array, chosen: int) -> ObjectView:
        if rng.random() < self.part.drawn:
            [image] = make_drawn(rng, [image])
        image = Colour.draw(rng, 0.2, grey=0.05)(image)
        truth = (mask == chosen).astype(np.uint8)
        truth[mask == IGNORE] = IGNORE
        picture = torch.from_numpy(image).permute(2, 0, 1).contiguous()
        return ObjectView(picture, torch.from_numpy(truth))


def view_around(rng: Generator, mask: np.ndarray, size: int) -> Matrix:
    """Draw a 3x3 matrix from the image to a square view of side `size` with an object in it.

    Args:
        mask: (H, W) bool, not empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    low = np.array([columns[0], rows[0]], float)
    high = np.array([columns[-1] + 1, rows[-1] + 1], float)
    longer = float((high - low).max())
    side = longer * np.exp(rng.uniform(*np.log(_SURROUNDINGS)))
    side = max(1.05 * longer, min(side, rng.uniform(*_LARGEST) * min(mask.shape)))
    # The object is somewhere in the view; the view keeps to the image where both go together.
    corner = rng.uniform(np.minimum(high - side, low), np.maximum(high - side, low))
    room = np.array([mask.shape[1], mask.shape[0]]) - side
    kept = np.clip(corner, np.minimum(0, room), np.maximum(0, room))
    corner = np.clip(kept, np.minimum(high - side, low), np.maximum(high - side, low))
    scale = size / side
    matrix = np.diag([scale, scale, 1.0])
    matrix[:2, 2] = -corner * scale
    if rng.random() < 0.5:
        matrix = np.array([[-1.0, 0, size], [0, 1, 0], [0, 0, 1]]) @ matrix
    return matrix
