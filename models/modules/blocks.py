"""Convolutional blocks shared by the five modules. Group normalization throughout."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def conv_norm(before: int, after: int, groups: int, *, kernel: int = 3) -> nn.Sequential:
    """Convolution of stride 1 that keeps the size, then group normalization (section 4.1).

    Args:
        before, after: channels; `after` is a multiple of `groups`.
        kernel: side of the convolution, an odd number.

    Returns:
        A module from (B, before, H, W) to (B, after, H, W).

    Raises:
        ValueError: `groups` does not divide `after`.
    """
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False),
        nn.GroupNorm(groups, after),
    )


def projector(before: int, hidden: int, after: int) -> nn.Sequential:
    """Two 3x3 convolutions with a nonlinear layer between them (paper, section 3.3).

    Args:
        before, hidden, after: channels.

    Returns:
        A module from (B, before, H, W) to (B, after, H, W).
    """
    return nn.Sequential(
        nn.Conv2d(before, hidden, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(hidden, after, 3, padding=1),
    )


def sizes(norm: nn.GroupNorm) -> Tensor:
    """(C,) root mean square of what a normalization gives, if its groups' channels are alike."""
    return torch.hypot(norm.weight.detach(), norm.bias.detach())


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity, with group normalization."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.first = conv_norm(channels, channels, groups)
        self.second = conv_norm(channels, channels, groups)
        # Every block starts as the identity, so that depth costs nothing at first.
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]

    @property
    def added(self) -> Tensor:
        """(C,) how much it adds to its input, see `sizes`."""
        norm = self.second[1]
        assert isinstance(norm, nn.GroupNorm)
        return sizes(norm)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        return torch.relu_(self.second(torch.relu_(self.first(x))).add_(x))


def upsample(x: Tensor, scale: int) -> Tensor:
    """Bilinear upsampling by a whole factor: (B, C, H, W) to (B, C, H * scale, W * scale)."""
    return F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)
