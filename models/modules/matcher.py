"""Aligned matcher (AM): adaptive object alignment and differentiable matching."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.config import ModelConfig
from models.functional.alignment import aligned_similarity
from models.functional.matching import assign
from models.modules.blocks import projector

_INITIAL_ALPHA = 15.0
_TRAINING_STEPS, _EVALUATION_STEPS = 10, 40
"""Gradient steps of the matching layer (DMM-Net's published settings)."""


@dataclass(frozen=True, slots=True)
class Match:
    """Result of matching O templates with N proposals.

    similarity: (O, N) aligned cosine similarity in [-1, 1].
    assignment: (O, N) in [0, 1]; rows sum to one, or to less where an object matched none.
    null_similarity: () below it no match is better; None in the paper's setting.
    """

    similarity: Tensor
    assignment: Tensor
    null_similarity: Tensor | None


class AlignedMatcher(nn.Module):
    """Projectors, region translation (Eq. 2, 3) and the matching layer."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, projected = config.object_channels, config.projection_channels
        self.align = config.use_aoa
        self.iou_weight = config.matching_iou_weight
        self.template_projector = projector(channels, projected, projected)
        self.proposal_projector = projector(channels, projected, projected)
        self.log_alpha = nn.Parameter(torch.tensor(math.log(_INITIAL_ALPHA)))
        self.null_column, self.null_overlap = config.null_column, config.null_overlap
        self.null_similarity = nn.Parameter(torch.tensor(0.5))

    def forward(self, templates: Tensor, proposals: Tensor, overlap: Tensor) -> Match:
        """Match templates with proposals.

        Args:
            templates: (O, C, H, W).
            proposals: (N, C, H, W) RoI features.
            overlap: (O, N) in [-0.5, 1]: IoU of previous masks and proposals, less 0.5 where the
                template's mask disagrees (`template_agreement`). Read only by the extension
                `matching_iou_weight`.
        """
        similarity = aligned_similarity(
            self.template_projector(templates),
            self.proposal_projector(proposals),
            self.log_alpha.exp(),
            align=self.align,
        )
        weight = self.iou_weight
        cost = 1 - (1 - weight) * similarity - weight * overlap
        null = self.null_similarity if self.null_column else None
        assignment = assign(
            cost,
            null_cost=None
            if null is None
            else 1 - (1 - weight) * null - weight * self.null_overlap,
            steps=_TRAINING_STEPS if self.training else _EVALUATION_STEPS,
        )
        return Match(similarity, assignment[:, : len(proposals)], null)
