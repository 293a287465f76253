"""Models by name: the weights in the package, or a file of the user's."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.config import ModelConfig
from models.errors import InputError
from models.network import DMNAOA
from models.presets import preset
from models.weights_file import load_network, read_weights, sha256

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class LoadedModel:
    """A network with where its weights came from and their checksum."""

    network: DMNAOA
    path: Path
    sha256: str


def load_model(
    name: str,
    weights: Path | None = None,
    settings: Sequence[str] = (),
    **changes: object,
) -> LoadedModel:
    """Load a model by name.

    Args:
        name: lite, r50 or r101.
        weights: a file of the same model; None takes the package's.
        settings: config fields to change, as texts `key=value`.
        changes: config fields to change, as values; `settings` win.

    Raises:
        InputError: the name is unknown, or there are no weights, or they are damaged,
            altered or another model's.
    """
    expected = preset(name)
    path = weights or WEIGHTS / f"{name}.safetensors"
    if weights is None and not path.is_file():
        raise InputError(
            f"no trained weights of '{name}' exist: its authors published none. "
            "Give your own with --weights PATH, or use --model lite"
        )
    info, tensors = read_weights(path)
    digest = sha256(path)
    if weights is None:
        _check(path, digest)
    if info.config.name != expected.name:
        raise InputError(
            f"{path} holds the model '{info.config.name}', not '{name}'; "
            f"add --model {info.config.name}"
        )
    config: ModelConfig = info.config.replace(**changes).override(list(settings))
    return LoadedModel(load_network(path, tensors, config), path, digest)


def _check(path: Path, digest: str) -> None:
    record = json.loads((WEIGHTS / "sha256.json").read_text())
    if record.get(path.name) != digest:
        raise InputError(
            f"the weights file {path} is damaged (its sha256 differs from the package's record); "
            "reinstall ovos-cli"
        )
