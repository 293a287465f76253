"""Cutie (github.com/hkchengrex/Cutie, MIT), by its documented interface: `InferenceCore.step`.

It needs torch, torchvision, hydra-core, omegaconf and einops where it runs.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.utils.device import choose_device, choose_precision
from models.utils.precision import Precision

Array = NDArray[np.uint8]
NEEDED = (
    "cutie/inference/inference_core.py",
    "cutie/inference/utils/args_utils.py",
    "cutie/model/cutie.py",
    "cutie/config/eval_config.yaml",
)
MODELS = ("base", "small")


def follower(
    checkout: Path, model: str, size: int, weights: Path | None
) -> Callable[[Array, Array | None], Array]:
    """See `neighbours`. Without weights they are random: times are the same, masks mean nothing."""
    sys.path.insert(0, str(checkout))
    from cutie.inference.inference_core import InferenceCore

    device = choose_device("auto")
    dtype = choose_precision(Precision.AUTO, device)
    network = _network(checkout, model, weights).to(device).eval()
    core = InferenceCore(network, cfg=network.cfg)
    core.max_internal_size = size

    def step(frame: Array, mask: Array | None) -> Array:
        image = torch.from_numpy(frame).permute(2, 0, 1).to(device).float() / 255
        mixed = torch.autocast(device.type, dtype, enabled=dtype != torch.float32)
        with torch.inference_mode(), mixed:
            if mask is None:
                found = core.step(image)
            else:
                ids = [int(i) for i in np.unique(mask) if i]
                found = core.step(image, torch.from_numpy(mask).to(device), objects=ids)
            return core.output_prob_to_mask(found).cpu().numpy().astype(np.uint8)

    return step


def _network(checkout: Path, model: str, weights: Path | None) -> Any:
    from cutie.inference.utils.args_utils import get_dataset_cfg
    from cutie.model.cutie import CUTIE
    from hydra import compose, initialize_config_dir
    from omegaconf import open_dict

    with tempfile.TemporaryDirectory() as folder:
        _random_backbones(Path(folder))
        with initialize_config_dir(str((checkout / "cutie/config").resolve()), version_base=None):
            chosen = [f"model={model}", f"++model.resnet_model_path={folder}"]
            config = compose("eval_config", overrides=chosen)
        with open_dict(config):
            get_dataset_cfg(config)
        network = CUTIE(config)
    if weights is not None:
        network.load_weights(torch.load(weights, map_location="cpu", weights_only=True))
    return network


def _random_backbones(folder: Path) -> None:
    """What it would fetch to begin with, under the names that it looks for."""
    from cutie.model.utils.resnet import model_urls
    from torchvision.models import get_model

    for name, url in model_urls.items():
        torch.save(get_model(name, weights=None).state_dict(), folder / Path(url).name)
