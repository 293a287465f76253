"""The click head: one object's mask from the backbone's features and what a person said of it.

An extension, beside the paper's five modules; it shares the base feature extractor's backbone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.modules.blocks import ResidualBlock, upsample

PROMPT_MAPS = 6
"""Of what a person said, at stride 4; see `models.clicks.maps`."""
_WIDTHS, _DEPTHS = (32, 64, 96, 128), (1, 2, 2, 2)
"""Of strides 4, 8, 16, 32: channels, and residual blocks."""
_SAID = (16, 24, 32, 48)
"""Channels of the maps at those strides."""
_KEY = 48
"""Channels in which a place is compared with clicked ones."""
_ALIKE = 2
"""Similarities to clicks: inside, outside."""
_GROUPS = 8
_MEANT = [0, 1, 4, 5]
"""Maps of where the object is: clicks inside, the box, the earlier mask."""


@dataclass(frozen=True, slots=True)
class PromptBatch:
    """What a person said of one object in each of B views of one size.

    maps: (B, PROMPT_MAPS, H/4, W/4). places: (B, N, 2) x, y of clicks from -1 to 1, edge to edge.
    signs: (B, N), 1 inside, -1 outside, 0 where there is no click.
    """

    maps: Tensor
    places: Tensor
    signs: Tensor

    @classmethod
    def join(cls, prompts: Sequence[Self]) -> Self:
        """One batch of several."""
        most = max(p.signs.shape[1] for p in prompts)
        return cls(
            torch.cat([p.maps for p in prompts]),
            torch.cat([F.pad(p.places, (0, 0, 0, most - p.places.shape[1])) for p in prompts]),
            torch.cat([F.pad(p.signs, (0, most - p.signs.shape[1])) for p in prompts]),
        )

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(self.maps.to(device), self.places.to(device), self.signs.to(device))


class ClickHead(nn.Module):
    """A decoder over strides 32 to 4 that is told at each of them what was said."""

    def __init__(self, raw_channels: Sequence[int]) -> None:
        super().__init__()
        said = (PROMPT_MAPS, *_SAID)
        self.said = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, stride=2 if level else 1, padding=1),
                nn.ReLU(inplace=True),
            )
            for level, (before, after) in enumerate(zip(said, _SAID, strict=False))
        )
        self.key = nn.Conv2d(raw_channels[2], _KEY, 1)
        self.blocks = nn.ModuleList(
            _Block(
                raw,
                maps + (_ALIKE if level == 2 else 0),
                _WIDTHS[level + 1] if level < 3 else 0,
                _WIDTHS[level],
                _DEPTHS[level],
            )
            for level, (raw, maps) in enumerate(zip(raw_channels, _SAID, strict=True))
        )
        self.context = nn.Linear(_WIDTHS[3], _WIDTHS[3])
        self.head = nn.Conv2d(_WIDTHS[0], 1, 1)

    def forward(self, raw: Sequence[Tensor], prompt: PromptBatch) -> Tensor:
        """Logits (B, H/4, W/4), float32, of one object in each of B views.

        Args:
            raw: the backbone's maps (B, C, H/s, W/s) at strides 4, 8, 16 and 32. A batch of one
                does for several prompts.
        """
        said = [prompt.maps]
        for layer in self.said:
            said.append(layer(said[-1]))
        said = said[1:]
        said[2] = torch.cat([said[2], self._alike(raw[2], prompt, len(prompt.maps))], dim=1)
        x: Tensor | None = None
        for level in (3, 2, 1, 0):
            x = self.blocks[level](raw[level], said[level], x)
            if level == 3:
                x = x + self._context(x, prompt.maps)[:, :, None, None]
        assert x is not None
        logits: Tensor = self.head(x).float()
        return logits[:, 0]

    def _alike(self, f16: Tensor, prompt: PromptBatch, count: int) -> Tensor:
        """(B, 2, H, W) largest cosine with what was clicked as inside, and as outside; else 0."""
        key = F.normalize(self.key(f16), dim=1).expand(count, -1, -1, -1)
        clicked = F.grid_sample(
            key.float(), prompt.places[:, None].float(), mode="bilinear", align_corners=False
        )
        cosine = torch.einsum("bcn,bchw->bnhw", F.normalize(clicked[:, :, 0], dim=1), key.float())
        found = []
        for sign in (1, -1):
            meant = (prompt.signs == sign)[:, :, None, None]
            if cosine.shape[1]:
                found.append(torch.where(meant, cosine, -1).amax(1) * meant.any(1))
            else:
                found.append(key.new_zeros(count, *key.shape[2:]))
        return torch.stack(found, dim=1).to(f16.dtype)

    def _context(self, x: Tensor, maps: Tensor) -> Tensor:
        """(B, C) what is at the place that was meant, for everywhere to be compared with."""
        meant = maps[:, _MEANT].amax(1, keepdim=True)
        near = F.adaptive_avg_pool2d(meant, (x.shape[-2], x.shape[-1])).to(x.dtype)
        mean = (x * near).sum((2, 3)) / near.sum((2, 3)).clamp_min(1e-3)
        context: Tensor = self.context(mean)
        return context


class _Block(nn.Module):
    """Features, maps and the coarser block, added and refined."""

    def __init__(self, raw: int, maps: int, before: int, width: int, depth: int) -> None:
        super().__init__()
        self.features = nn.Conv2d(raw, width, 1, bias=False)
        self.maps = nn.Conv2d(maps, width, 3, padding=1, bias=False)
        self.before = nn.Conv2d(before, width, 1, bias=False) if before else None
        self.norm = nn.GroupNorm(_GROUPS, width)
        self.residual = nn.Sequential(*(ResidualBlock(width, _GROUPS) for _ in range(depth)))

    def forward(self, raw: Tensor, maps: Tensor, before: Tensor | None) -> Tensor:
        x = self.features(raw) + self.maps(maps)
        if self.before is not None and before is not None:
            x = x + upsample(self.before(before), 2)
        out: Tensor = self.residual(torch.relu(self.norm(x)))
        return out
