"""The proposals stage: class-agnostic instance segmentation."""

import torch
from torch import Tensor, nn

from models.network import DMNAOA
from models.training.samples.views import View


class ProposalStage(nn.Module):
    """A network of which the proposal generator alone learns."""

    def __init__(self, network: DMNAOA, *, dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        self.network, self.dtype = network, dtype
        network.requires_grad_(False)
        network.opg.requires_grad_(True)

    def forward(self, views: list[View]) -> dict[str, Tensor]:
        """Mask R-CNN's losses on a batch of views."""
        network = self.network
        device = network.bfe.mean.device
        frames = torch.stack([image for image, _ in views]).to(device).float() / 255
        targets = [{k: v.to(device) for k, v in target.items()} for _, target in views]
        mixed = self.dtype != torch.float32
        with torch.autocast(device.type, self.dtype if mixed else None, enabled=mixed):
            with torch.no_grad():
                features = network.bfe(frames)
            losses: dict[str, Tensor] = network.opg.losses(frames, features, targets)  # type: ignore[operator]
        return losses
