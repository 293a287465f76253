"""Published weights for a ResNet backbone: ImageNet's, or those of a COCO Mask R-CNN."""

from enum import StrEnum
from pathlib import Path

from timm.models import get_pretrained_cfg
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN_ResNet50_FPN_Weights

from models.errors import InputError
from models.hub.downloads import fetch
from models.network import DMNAOA

_COCO_BODY = "backbone.body."


class BackboneWeights(StrEnum):
    """Where a backbone's weights come from."""

    IMAGENET = "imagenet"
    COCO = "coco"


def load_backbone(
    network: DMNAOA, source: BackboneWeights, weights_dir: Path | None = None
) -> None:
    """Fill the backbone of an `r50` or `r101` with published weights.

    ImageNet: torchvision's first weights, under the address that timm lists. COCO: the body of
    torchvision's Mask R-CNN. Both are fetched on first use, and their SHA-256 is checked.

    Args:
        network: its backbone is filled in place.
        source: which weights.
        weights_dir: where fetched files are kept; None is torch's own cache.

    Raises:
        InputError: there are no such weights for this backbone, or they cannot be fetched.
    """
    name = network.config.backbone
    if source is BackboneWeights.IMAGENET:
        try:
            listed = get_pretrained_cfg(f"{name}.tv_in1k", allow_unregistered=False)
        except RuntimeError as error:
            raise InputError(
                f"torchvision has no ImageNet weights for the backbone '{name}'"
            ) from error
        state = fetch(str(listed.url), weights_dir)  # type: ignore[union-attr]
    elif name == "resnet50":
        whole = fetch(MaskRCNN_ResNet50_FPN_Weights.COCO_V1.url, weights_dir)
        state = {
            key.removeprefix(_COCO_BODY): value
            for key, value in whole.items()
            if key.startswith(_COCO_BODY)
        }
    else:
        raise InputError(f"COCO weights are there for resnet50, not for the backbone '{name}'")
    _fill(network.bfe.backbone, state, name)


def _fill(backbone: nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Load what the backbone has of `state`; all of the backbone must be in it."""
    own = {key for key in backbone.state_dict() if not key.endswith("num_batches_tracked")}
    missing = sorted(own - set(state))
    if missing:
        raise InputError(f"the weights lack {missing[0]} of the backbone '{name}'")
    try:
        backbone.load_state_dict({k: v for k, v in state.items() if k in own}, strict=False)
    except RuntimeError as error:
        raise InputError(f"the weights do not fit the backbone '{name}': {error}") from error
