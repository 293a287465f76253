"""A copy of a network that only runs: norms folded into convolutions, weights cast once."""

import copy

import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

from models.modules.lite_proposals import LiteProposalGenerator
from models.network import DMNAOA


def for_inference(network: DMNAOA, dtype: torch.dtype) -> DMNAOA:
    """Prepare a network to segment; the one given stays as it is.

    Args:
        network: trained.
        dtype: of the heavy layers, as autocast casts them at every frame.

    Returns:
        A copy in evaluation mode. Its backbone has no batch normalization of its own, and the
        weights of convolutions and linear layers have the type `dtype`. A detector of another
        kind is the same object in both, in float32.
    """
    shared = isinstance(network.opg, LiteProposalGenerator)
    memo = {} if shared else {id(network.opg): network.opg}
    ready = copy.deepcopy(network, memo).eval()
    fold_norms(ready.bfe.backbone)
    for part in (ready.bfe, ready.otg, ready.am, ready.mrn, *([ready.opg] if shared else [])):
        for module in part.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                module.to(dtype)
    return ready.requires_grad_(False)


def fold_norms(backbone: nn.Module) -> None:
    """Fold each frozen batch normalization into the convolution before it, in place.

    timm's norms have their activation within: it takes their place.
    """
    for parent in backbone.modules():
        before: str | None = None
        for name, module in list(parent.named_children()):
            if isinstance(module, nn.Identity):
                continue
            convolution = getattr(parent, before) if before is not None else None
            if isinstance(module, nn.BatchNorm2d) and isinstance(convolution, nn.Conv2d):
                assert before is not None
                setattr(parent, before, fuse_conv_bn_eval(convolution, module))
                setattr(parent, name, getattr(module, "act", nn.Identity()))
            before = name
