"""A template that tells each object from the rest of its video, as an extension.

Correspondences ask what a position looks like most. A regression from features to masks asks what
tells an object from its own surroundings and from the other objects, and weighs features by that.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.functional.resampling import shrink
from models.functional.ridge import Evidence, gather_evidence, regress, solve_ridge
from models.modules.base_features import FrameFeatures

MAPS = 2
"""Of each object: by its keyframe alone, and by that and the previous frame together."""
_CELL = 2
"""Mask cells along one side of a cell here: stride 8."""
_INITIAL_STRENGTH = 0.01
_LEAST, _MOST = -0.5, 1.5
"""Bounds of a score."""


class RidgeTemplate(nn.Module):
    """Ridge regressions over base features at stride 8, one for each object."""

    def __init__(self) -> None:
        super().__init__()
        self.log_strength = nn.Parameter(torch.tensor(math.log(_INITIAL_STRENGTH)))

    def cells(self, features: FrameFeatures) -> Tensor:
        """(C, H/8, W/8) float32 of a frame (a batch of one): f8 and f16 side by side."""
        f8, f16 = features.f8.float(), features.f16.float()
        wide = F.interpolate(f16, f8.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([f8, wide], dim=1)[0]

    def evidence(self, cells: Tensor, masks: Tensor) -> Evidence:
        """What a frame with (O, H/4, W/4) masks in [0, 1] says of its objects."""
        with torch.autocast(cells.device.type, enabled=False):
            return gather_evidence(cells, shrink(masks.detach().float(), _CELL))

    def forward(self, cells: Tensor, keyframes: Evidence, recent: Evidence) -> Tensor:
        """Score a frame's cells.

        Args:
            cells: of the frame.
            keyframes: of O objects, each from its keyframe.
            recent: of the same, from the latest frame in which they were in sight.

        Returns:
            (O, 2, H/8, W/8) float32, about 1 on the object and 0 on all else.
        """
        with torch.autocast(cells.device.type, enabled=False):
            each = Evidence(
                torch.cat([keyframes.gram, (keyframes.gram + recent.gram) / 2]),
                torch.cat([keyframes.target, (keyframes.target + recent.target) / 2]),
            )
            found = regress(solve_ridge(each, self.log_strength.exp()), cells)
            return found.unflatten(0, (MAPS, -1)).transpose(0, 1).clamp(_LEAST, _MOST)
