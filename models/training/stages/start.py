"""Where the video stage starts from."""

from pathlib import Path

import torch

from models.errors import InputError
from models.network import DMNAOA


def install_proposals(network: DMNAOA, folder: Path) -> None:
    """Copy the backbone and the averaged proposal head of a proposals stage into a network.

    Raises:
        InputError: the folder holds no such stage.
    """
    file = folder / "state.pt"
    if not file.is_file():
        raise InputError(f"{file} is missing; train the proposals stage first")
    weights = torch.load(file, map_location="cpu", weights_only=True)["average"]
    for prefix, module in (("features.backbone.", network.bfe.backbone), ("head.", network.opg)):
        part = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
        module.load_state_dict(part)
