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
    """Result of matching O templates with M candidates each.

    Candidates are the N proposals, which are everybody's, and, where `template_proposal` is on,
    the mask decoded from the object's own template as the last one: M is N or N + 1.

    similarity: (O, M) aligned cosine similarity in [-1, 1].
    assignment: (O, M) in [0, 1]; rows sum to one, or to less where an object matched none.
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

    def forward(
        self, templates: Tensor, proposals: Tensor, own: Tensor | None, overlap: Tensor
    ) -> Match:
        """Match templates with their candidates.

        Args:
            templates: (O, C, H, W).
            proposals: (N, C, H, W) RoI features.
            own: (O, C, H, W) RoI features of the mask decoded from each template, or None.
            overlap: (O, M) in [-0.5, 1]: IoU of previous masks and candidates, less 0.5 where the
                template's mask disagrees (`template_agreement`). Read only by the extension
                `matching_iou_weight`.
        """
        alpha = self.log_alpha.exp()
        projected = self.template_projector(templates)
        count = len(proposals)
        regions = proposals if own is None else torch.cat([proposals, own])
        candidates = self.proposal_projector(regions)
        similarity = aligned_similarity(
            projected[:, None], candidates[None, :count], alpha, align=self.align
        )
        if own is not None:
            mine = aligned_similarity(projected, candidates[count:], alpha, align=self.align)
            similarity = torch.cat([similarity, mine[:, None]], dim=1)
        weight = self.iou_weight
        cost = 1 - (1 - weight) * similarity - weight * overlap
        null = self.null_similarity if self.null_column else None
        assignment = assign(
            cost[:, :count],
            own_cost=None if own is None else cost[:, count],
            null_cost=None
            if null is None
            else 1 - (1 - weight) * null - weight * self.null_overlap,
            steps=_TRAINING_STEPS if self.training else _EVALUATION_STEPS,
        )
        return Match(similarity, assignment[:, : similarity.shape[1]], null)
