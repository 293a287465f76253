"""A copy of a network that only runs: norms folded into convolutions, weights cast once."""

import copy
from itertools import pairwise

import torch
import torch.nn.functional as F
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval

from models.modules.blocks import ResidualBlock, sizes
from models.modules.lite_proposals import LiteProposalGenerator
from models.modules.refinement import RefineBlock
from models.network import DMNAOA

_HARDLY, _NOWHERE = 0.02, 0.1
"""What a residual block may add and be left out, as a share of the values that it is added to: in
the mean, and in any one channel. bfloat16 rounds each of them by up to 0.004, several times in a
block. In lite this saves a quarter of what an object costs."""


def for_inference(network: DMNAOA, dtype: torch.dtype) -> DMNAOA:
    """Prepare a network to segment; the one given stays as it is.

    Args:
        network: trained.
        dtype: of the heavy layers, as autocast casts them at every frame.

    Returns:
        A copy in evaluation mode. Its backbone has no batch normalization of its own, and the
        weights of convolutions and linear layers have the type `dtype`. In half precision its
        refinement has no residual blocks that hardly do anything. A detector of another kind is
        the same object in both, in float32.
    """
    own = isinstance(network.opg, LiteProposalGenerator)
    memo = {} if own else {id(network.opg): network.opg}
    ready = copy.deepcopy(network, memo).eval()
    fold_norms(ready.bfe.backbone)
    pad_evenly(ready.bfe.backbone)
    clip_in_convolutions(ready.bfe.backbone)
    if dtype != torch.float32:
        leave_out_identities(ready.mrn)
    heads = [*([ready.opg] if own else []), *([ready.clicks] if ready.clicks is not None else [])]
    for part in (ready.bfe, ready.otg, ready.am, ready.mrn, *heads):
        for module in part.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                module.to(dtype)
    return ready.requires_grad_(False)


def leave_out_identities(refinement: nn.Module) -> None:
    """Leave out residual blocks that are nearly the identities as which they began, in place.

    Training may find no use for all of the depth that it is given.
    """
    for block in refinement.modules():
        if not isinstance(block, RefineBlock):
            continue
        size = _mean(sizes(block.norm))
        for parent in (block, block.deeper):
            for name, residual in parent.named_children():
                if isinstance(residual, ResidualBlock):
                    added = residual.added / size
                    if _mean(added) < _HARDLY and added.max() < _NOWHERE:
                        setattr(parent, name, nn.Identity())


def _mean(values: Tensor) -> Tensor:
    return values.square().mean().sqrt()


def fold_norms(backbone: nn.Module) -> None:
    """Fold each frozen batch normalization into the convolution before it, in place.

    timm's norms have their activation within: it takes their place.
    """
    for parent, before, name in _neighbours(backbone):
        convolution, norm = getattr(parent, before), getattr(parent, name)
        if isinstance(norm, nn.BatchNorm2d) and isinstance(convolution, nn.Conv2d):
            setattr(parent, before, fuse_conv_bn_eval(convolution, norm))
            setattr(parent, name, getattr(norm, "act", nn.Identity()))


def pad_evenly(backbone: nn.Module) -> None:
    """Give convolutions of stride 2 that pad one side more than the other the same on both.

    Their kernels get zeros on the side where the padding is new. What is computed stays the same
    for maps of even height and width, and no map is copied to be padded: most of the time that
    such a convolution over few channels takes.
    """
    for parent in backbone.modules():
        for name, module in parent.named_children():
            if isinstance(module, Conv2dSame) and module.stride == (2, 2):
                setattr(parent, name, _evenly_padded(module))


def _evenly_padded(convolution: Conv2dSame) -> nn.Conv2d:
    # For an even length, a kernel of k needs k - 2 cells of padding, the odd one at the end.
    after = [(k - 1) // 2 for k in convolution.kernel_size]
    more = [a - (k - 2) // 2 for a, k in zip(after, convolution.kernel_size, strict=True)]
    weight = F.pad(convolution.weight.detach(), (more[1], 0, more[0], 0))
    even = nn.Conv2d(
        convolution.in_channels,
        convolution.out_channels,
        tuple(weight.shape[2:]),  # type: ignore[arg-type]
        stride=2,
        padding=(after[0], after[1]),
        groups=convolution.groups,
        bias=convolution.bias is not None,
    )
    even.weight = nn.Parameter(weight)
    even.bias = convolution.bias
    return even


def clip_in_convolutions(backbone: nn.Module) -> None:
    """Let each convolution before a ReLU6 apply it, in place: a pass over its output less."""
    for parent, before, name in _neighbours(backbone):
        convolution = getattr(parent, before)
        if isinstance(getattr(parent, name), nn.ReLU6) and isinstance(convolution, nn.Conv2d):
            setattr(parent, before, _ClippedConvolution(convolution))
            setattr(parent, name, nn.Identity())


def _neighbours(module: nn.Module) -> list[tuple[nn.Module, str, str]]:
    """Names of modules that follow each other in the same parent, but for identities."""
    found = []
    for parent in module.modules():
        names = [n for n, m in parent.named_children() if not isinstance(m, nn.Identity)]
        found += [(parent, *pair) for pair in pairwise(names)]
    return found


class _ClippedConvolution(nn.Module):
    """A convolution and a ReLU6, in one on a CPU where torch is built with oneDNN."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution
        # What torch's own compiler puts in this place.
        together = getattr(torch.ops.mkldnn, "_convolution_pointwise", None)
        self._together = together if torch.backends.mkldnn.is_available() else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H', W') in [0, 6]."""
        c = self.convolution
        on_cpu = x.device.type == "cpu" and torch.is_inference_mode_enabled()
        if self._together is None or not on_cpu:
            return F.relu6(c(x), inplace=True)
        found: Tensor = self._together(
            x.to(c.weight.dtype),
            c.weight,
            c.bias,
            c.padding,
            c.stride,
            c.dilation,
            c.groups,
            "hardtanh",
            [0.0, 6.0],
            "",
        )
        return found
