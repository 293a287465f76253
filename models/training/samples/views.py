"""Single views of annotated images, for instance segmentation."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.random import Generator
from torch import Tensor

from models.errors import InputError
from models.functional.masks import mask_boxes
from models.training.data.pairs import AnnotatedImage, Array
from models.training.recipe import SamplesPart
from models.training.samples.choice import one_of
from models.training.samples.clip import NOTHING_SEEN, TRIES
from models.training.samples.crowd import paste_crowd
from models.training.samples.style import make_drawn
from models.training.samples.warp import (
    Colour,
    Jitter,
    apply,
    random_affine,
    random_view,
    visible_objects,
)

View = tuple[Tensor, dict[str, Tensor]]
"""An image (3, S, S) uint8 and its boxes (K, 4), labels (K,) and masks (K, S, S) uint8."""


@dataclass(frozen=True)
class Views:
    """Draws one square view of an annotated image with at least one object.

    others: what crowds are made of; without it, of `pairs`.
    """

    pairs: Sequence[AnnotatedImage]
    part: SamplesPart
    others: Sequence[AnnotatedImage] = ()

    def __call__(self, rng: Generator) -> View:
        """Draw a view. Raises InputError: a picture cannot be read, or no object is found."""
        size = self.part.size
        for _ in range(TRIES):
            pair = one_of(rng, self.pairs)
            image, mask = pair.image(), pair.mask()
            view = random_view(rng, mask.shape, size, area=(0.4, 1.8))
            jitter = random_affine(rng, Jitter(rotation=10, shear=5), size)
            image, mask = apply(jitter @ view, image, mask, (size, size))
            others = self.others or self.pairs
            if (self.others or self.part.crowd) and rng.random() < self.part.crowd:
                image, mask = paste_crowd(rng, image, mask, others, self.part.most_pasted)
            objects = visible_objects(mask, least=0.004)
            if objects:
                return self._view(rng, image, mask, objects)
        raise InputError(f"{TRIES} draws in a row were of no use: {NOTHING_SEEN}")

    def _view(self, rng: Generator, image: Array, mask: Array, objects: list[int]) -> View:
        if rng.random() < self.part.drawn:
            [image] = make_drawn(rng, [image])
        image = Colour.draw(rng, 0.15)(image)
        masks = torch.stack([torch.from_numpy(mask == i) for i in objects]).to(torch.uint8)
        boxes, _ = mask_boxes(masks.float())
        target = {
            "boxes": boxes,
            "labels": torch.ones(len(objects), dtype=torch.int64),
            "masks": masks,
        }
        return torch.from_numpy(image).permute(2, 0, 1).contiguous(), target
