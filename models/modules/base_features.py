"""Base feature extractor (BFE): one pass per frame, whatever the number of objects."""

from dataclasses import dataclass
from typing import Self

import timm
import torch
from timm.models import FeatureInfo
from torch import Tensor, nn

from models.config import ModelConfig
from models.modules.blocks import conv_norm

STRIDES = {"f4": 4, "f8": 8, "f16": 16}
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class FrameFeatures:
    """What the network knows of one frame.

    f4, f8, f16: (1, C, H/stride, W/stride) base features after the bottleneck layers.
    raw: the backbone's own maps at strides 4, 8, 16 (and 32 for the lite proposal head).
    size: (H, W) of the padded frame in pixels.
    """

    f4: Tensor
    f8: Tensor
    f16: Tensor
    raw: tuple[Tensor, ...]
    size: tuple[int, int]

    def __getitem__(self, index: int) -> Self:
        """Select one frame of a batch, kept as a batch of one."""
        pick = slice(index, index + 1)
        return type(self)(
            self.f4[pick],
            self.f8[pick],
            self.f16[pick],
            tuple(level[pick] for level in self.raw),
            self.size,
        )


class BaseFeatureExtractor(nn.Module):
    """Backbone stages 2 to 4 with a bottleneck layer over each (paper, section 3.1).

    The backbone's batch normalization stays in evaluation mode (section 4.1).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        stages = (1, 2, 3, 4) if config.proposals == "lite" else (1, 2, 3)
        self.backbone: nn.Module = timm.create_model(
            config.backbone, features_only=True, out_indices=stages, pretrained=False
        )
        self.raw_channels: list[int] = self.backbone.feature_info.channels()  # type: ignore[union-attr, operator]
        self.bottlenecks = nn.ModuleList(
            conv_norm(before, after, config.norm_groups, kernel=1)
            for before, after in zip(self.raw_channels, config.base_channels, strict=False)
        )
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(1, 3, 1, 1), persistent=False)

    def let_learn(self, stride: int | None) -> None:
        """Let the backbone learn from the stage of a stride (8, 16) on; 1 is all, None nothing.

        Frozen in any case: batch normalization's gains and offsets, and stages above stride 16,
        which only proposals read.
        """
        info: FeatureInfo = self.backbone.feature_info  # type: ignore[assignment]
        # Parameters come in the order of the forward pass; a stage ends with its last one.
        named = list(self.backbone.named_parameters())
        ends = {
            reduction: max(
                i for i, (name, _) in enumerate(named, 1) if name.startswith(f"{stage}.")
            )
            for stage, reduction in zip(info.module_name(), info.reduction(), strict=True)
        }
        first = max(
            (end for reduction, end in ends.items() if reduction < (stride or 1)), default=0
        )
        for index, (_, parameter) in enumerate(named):
            parameter.requires_grad_(stride is not None and first <= index < ends[STRIDES["f16"]])
        for module in self.backbone.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.requires_grad_(False)

    def train(self, mode: bool = True) -> Self:
        """Set the mode of everything but the backbone's frozen batch normalization."""
        super().train(mode)
        self.backbone.eval()
        return self

    def forward(self, frames: Tensor) -> FrameFeatures:
        """Extract base features.

        Args:
            frames: (B, 3, H, W) RGB in [0, 1]; H and W multiples of 32.

        Returns:
            FrameFeatures with a batch of B.
        """
        height, width = frames.shape[-2:]
        normal = (frames - self.mean) / self.std
        raw = self.backbone(normal.contiguous(memory_format=torch.channels_last))
        f4, f8, f16 = (layer(x) for layer, x in zip(self.bottlenecks, raw, strict=False))
        return FrameFeatures(f4, f8, f16, tuple(raw), (height, width))
