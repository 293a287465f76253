"""Single views of annotated images, for instance segmentation."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.random import Generator
from torch import Tensor

from models.functional.masks import mask_boxes
from models.training.data.pairs import AnnotatedImage
from models.training.samples.stills import draw
from models.training.samples.style import drawn
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
    """Draws one square view of an annotated image with at least one object."""

    pairs: Sequence[AnnotatedImage]
    size: int = 416
    drawn: float = 0.15

    def __call__(self, rng: Generator) -> View:
        while True:
            pair = draw(rng, self.pairs)
            image, mask = pair.image(), pair.mask()
            view = random_view(rng, mask.shape, self.size, area=(0.4, 1.8))
            jitter = random_affine(rng, Jitter(rotation=10, shear=5), self.size)
            image, mask = apply(jitter @ view, image, mask, (self.size, self.size))
            objects = visible_objects(mask, least=0.004)
            if objects:
                break
        if rng.random() < self.drawn:
            [image] = drawn(rng, [image])
        image = Colour.draw(rng, 0.15)(image)
        masks = torch.stack([torch.from_numpy(mask == i) for i in objects]).to(torch.uint8)
        boxes, _ = mask_boxes(masks.float())
        target = {
            "boxes": boxes,
            "labels": torch.ones(len(objects), dtype=torch.int64),
            "masks": masks,
        }
        return torch.from_numpy(image).permute(2, 0, 1).contiguous(), target
