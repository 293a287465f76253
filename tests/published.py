"""Stand-ins for published weights, which no test can fetch: random, of their names and shapes."""

from functools import cache

import pytest
import timm
import torch
from torch import Tensor
from torchvision.models.detection.rpn import RegionProposalNetwork

from models.config import ProposalSource
from models.hub.presets import preset
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator


@cache
def _detector(own: ProposalSource) -> dict[str, Tensor]:
    torch.manual_seed(0)
    config = preset("r50").replace(proposals=own)
    state = MaskRCNNProposalGenerator(config).detector.state_dict()
    for name, value in state.items():
        if name.endswith("bn3.weight"):
            value.mul_(0.1)
        elif name.endswith("cls_score.bias"):
            value[2:] = -200.0
    return state


def detector_weights(own: ProposalSource = ProposalSource.MASKRCNN_R50) -> dict[str, Tensor]:
    """A Mask R-CNN's, in which a region is an object of the first class or none.

    As with trained weights, a region is not one instance for each of 90 classes: a hundred times
    the masks for nothing. And its residual blocks are tame, as a random network without
    statistics explodes.
    """
    return dict(_detector(own))


def few_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a Mask R-CNN look at twenty regions: a thousand go the same ways, for seconds a frame."""
    monkeypatch.setattr(RegionProposalNetwork, "post_nms_top_n", lambda self: 20)


@cache
def _backbone(name: str) -> dict[str, Tensor]:
    torch.manual_seed(0)
    return timm.create_model(name).state_dict()


def backbone_weights(name: str) -> dict[str, Tensor]:
    """A backbone's, with timm's names."""
    return dict(_backbone(name))
