"""Stage one: class-agnostic instance segmentation for the lite proposal head."""

import torch
from torch import Tensor, nn

from models.modules.base_features import BaseFeatureExtractor
from models.modules.lite_proposals import LiteProposalGenerator
from models.training.samples.views import View


class ProposalStage(nn.Module):
    """The frozen backbone and the trainable proposal head."""

    def __init__(self, features: BaseFeatureExtractor, head: LiteProposalGenerator) -> None:
        super().__init__()
        self.features, self.head = features, head
        features.requires_grad_(False)

    def losses(self, batch: list[View]) -> dict[str, Tensor]:
        """Mask R-CNN's losses on a batch of views."""
        frames = torch.stack([image for image, _ in batch]).float() / 255
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                features = self.features(frames)
            return self.head.losses(frames, features, [target for _, target in batch])
