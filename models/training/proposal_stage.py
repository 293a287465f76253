"""Stage one: class-agnostic instance segmentation for the lite proposal head."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.random import Generator
from torch import Tensor, nn

from models.functional.masks import mask_boxes
from models.modules.base_features import BaseFeatureExtractor
from models.modules.lite_proposals import LiteProposalGenerator
from models.training.sources import Pair
from models.training.warp import (
    Colour,
    Jitter,
    apply,
    random_affine,
    random_view,
    visible_objects,
)

Sample = tuple[Tensor, dict[str, Tensor]]


@dataclass(frozen=True)
class ProposalSamples:
    """Draws one square view of an annotated image with at least one object."""

    pairs: Sequence[Pair]
    size: int = 416

    def __call__(self, rng: Generator) -> Sample:
        while True:
            pair = self.pairs[int(rng.integers(len(self.pairs)))]
            image, mask = pair.image(), pair.mask()
            view = random_view(rng, mask.shape, self.size, area=(0.4, 1.8))
            jitter = random_affine(rng, Jitter(rotation=10, shear=5), self.size)
            image, mask = apply(jitter @ view, image, mask, (self.size, self.size))
            objects = visible_objects(mask, least=0.004)
            if objects:
                break
        image = Colour.draw(rng, 0.15)(image)
        masks = torch.stack([torch.from_numpy(mask == i) for i in objects]).to(torch.uint8)
        boxes, _ = mask_boxes(masks.float())
        target = {
            "boxes": boxes,
            "labels": torch.ones(len(objects), dtype=torch.int64),
            "masks": masks,
        }
        return torch.from_numpy(image).permute(2, 0, 1).contiguous(), target


class ProposalStage(nn.Module):
    """The frozen backbone and the trainable proposal head."""

    def __init__(self, features: BaseFeatureExtractor, head: LiteProposalGenerator) -> None:
        super().__init__()
        self.features, self.head = features, head
        features.requires_grad_(False)

    def losses(self, batch: list[Sample]) -> dict[str, Tensor]:
        """Mask R-CNN's losses on a batch of views."""
        frames = torch.stack([image for image, _ in batch]).float() / 255
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                features = self.features(frames)
            return self.head.losses(features, [target for _, target in batch])
