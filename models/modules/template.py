"""Object template generator (OTG): the dynamic memory network (paper, section 3.2)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.config import ModelConfig
from models.functional.attention import age_penalty, memory_read, temporal_embedding
from models.modules.blocks import conv_norm

_CELL = 4
"""Mask cells along one side of a template position."""


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """What the memory holds of one past frame: key (O, C/4, H, W), value (O, C, H, W)."""

    key: Tensor
    value: Tensor


@dataclass(frozen=True, slots=True)
class TemplateMemory:
    """What the templates of O objects are read from, T past frames.

    keys: (O, T, C/4, H, W). values: (O, T, C, H, W). valid: (O, T) bool, which frames are read for
    which object, at least one for each. times: (T,) of the frames, rising.
    """

    keys: Tensor
    values: Tensor
    valid: Tensor
    times: Tensor


class DynamicMemoryNetwork(nn.Module):
    """Memory encoder, query encoder and template decoder."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels = config.object_channels
        self.fixed = not config.use_dmn
        self.channels = channels
        self.recency = config.recency
        self.memory_key = nn.Conv2d(channels + 1, channels // 4, 3, padding=1)
        self.memory_value = nn.Conv2d(channels + 1, channels, 3, padding=1)
        self.query_key = nn.Conv2d(channels, channels // 4, 3, padding=1)
        # Without the matcher (A5) masks come from here; the paper does not say how.
        self.mask_decoder = nn.Sequential(
            conv_norm(channels, channels // 2, config.norm_groups),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // 2, _CELL * _CELL, 1),
            nn.PixelShuffle(_CELL),
        )

    def _embed(self, features: Tensor, offsets: Tensor) -> Tensor:
        return features + temporal_embedding(offsets, self.channels)[:, :, None, None]

    def remember(self, features: Tensor, masks: Tensor, offsets: Tensor) -> TemplateEntry:
        """Encode a frame with object masks as a memory frame.

        Args:
            features: (O, C, H, W) RoI features, or of the whole frame (A4).
            masks: (O, H, W) RoI masks in [0, 1].
            offsets: (O,) frames since each object's first frame.
        """
        x = torch.cat([self._embed(features, offsets), masks[:, None]], dim=1)
        return TemplateEntry(self.memory_key(x), self.memory_value(x))

    def forward(
        self, features: Tensor, memory: TemplateMemory, time: int, offsets: Tensor
    ) -> Tensor:
        """Generate each object's template for the current frame (Eq. 1).

        Args:
            features: (O, C, H, W) RoI features of the current frame at the previous boxes.
            memory: the memory frames.
            time: of the current frame.
            offsets: (O,) frames since each object's first frame.

        Returns:
            (O, C, H, W).
        """
        if self.fixed:
            first = memory.valid.int().argmax(1)
            return memory.values[torch.arange(len(first), device=first.device), first]
        penalty = age_penalty(time - memory.times, self.recency) if self.recency else None
        query = self.query_key(self._embed(features, offsets))
        return memory_read(query, memory.keys, memory.values, memory.valid, penalty)

    def decode_masks(self, templates: Tensor, size: int) -> Tensor:
        """Decode (O, C, H, W) templates into (O, size, size) mask logits over the query's box."""
        logits = self.mask_decoder(templates).float()
        return F.interpolate(logits, (size, size), mode="bilinear", align_corners=False)[:, 0]
