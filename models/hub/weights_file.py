"""Trained weights on disk: one safetensors file that carries its own configuration."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialize
from torch import Tensor

from models.config import CONFIG_VERSION, ModelConfig
from models.errors import InputError
from models.network import DMNAOA
from models.utils.whole_file import write_whole

_FORMAT = "ovos-1"
_VERSION_KEY = "config_version"
UNTRAINED = "untrained"
"""The note that names, for people, what a file's training left at its random start."""


@dataclass(frozen=True)
class WeightsInfo:
    """What a weights file says of itself: its config and free notes on its training."""

    config: ModelConfig
    notes: dict[str, str]


def save_weights(network: DMNAOA, path: Path, notes: dict[str, str]) -> None:
    """Write a network, matrices in half precision, vectors (norms, biases) in full.

    Raises:
        OvosError: it cannot be written, as on a full disk; what was there before still is.
    """
    tensors = {
        name: value.half().contiguous()
        if value.ndim > 1 and value.is_floating_point()
        else value.contiguous()
        for name, value in network.state_dict().items()
    }
    metadata = {
        **notes,
        "format": _FORMAT,
        "config": json.dumps(network.config.to_dict()),
        _VERSION_KEY: str(CONFIG_VERSION),
        "preprocessing": "RGB in [0, 1], ImageNet mean and deviation, sides multiples of 32",
    }
    # The library's own writing renames a private file: not readable for others.
    content = serialize(tensors, metadata)
    write_whole(path, content, durable=True)


def read_weights(path: Path) -> tuple[WeightsInfo, dict[str, Tensor]]:
    """Read a file written by `save_weights`.

    Raises:
        InputError: the file is missing, damaged or not of this kind.
    """
    if not path.is_file():
        raise InputError(f"the weights file {path} does not exist")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"the weights file {path} is damaged or not safetensors: {error}"
        ) from error
    if metadata.get("format") != _FORMAT:
        raise InputError(
            f"{path} holds no ovos model; `ovos train` and the package write such files"
        )
    _check_version(path, metadata.pop(_VERSION_KEY, "1"))
    return WeightsInfo(_config(path, metadata.pop("config", None)), metadata), tensors


def _check_version(path: Path, version: str) -> None:
    if not version.isdecimal() or int(version) > CONFIG_VERSION:
        raise InputError(
            f"{path} was written by a newer ovos (its configuration has version {version}, this "
            f"one knows {CONFIG_VERSION}); upgrade ovos-cli"
        )


def _config(path: Path, text: str | None) -> ModelConfig:
    damaged = f"the weights file {path} is damaged: its configuration"
    mend = "fetch the file again, or train anew"
    if text is None:
        raise InputError(f"{damaged} is missing; {mend}")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise InputError(f"{damaged} is no JSON ({error}); {mend}") from error
    if not isinstance(values, dict):
        raise InputError(f"{damaged} is no table of settings; {mend}")
    try:
        return ModelConfig.from_dict(values)
    except InputError as error:
        raise InputError(f"the weights file {path} cannot be used: {error}") from error


def load_network(path: Path, tensors: dict[str, Tensor], config: ModelConfig) -> DMNAOA:
    """Build a network and fill it, in float32.

    Raises:
        InputError: the tensors belong to another model.
    """
    network = DMNAOA(config)
    floats = {k: v.float() if v.dtype == torch.float16 else v for k, v in tensors.items()}
    try:
        network.load_state_dict(floats)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise InputError(
            f"the weights in {path} do not fit model '{config.name}': {first}"
        ) from error
    return network.eval()


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
