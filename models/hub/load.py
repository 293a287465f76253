"""Models by name: the weights in the package, or a file of the user's."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from models.config import ModelConfig
from models.errors import InputError
from models.hub.presets import preset
from models.hub.weights_file import UNTRAINED, load_network, read_weights, sha256
from models.network import DMNAOA
from models.sources.install import use_source
from models.sources.names import SourceName

WEIGHTS = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True)
class LoadedModel:
    """A network with where its weights and its proposals came from.

    path, sha256: of the weights file; where the weights are random, `untrained` and nothing.
    source: of proposals, as `--proposals` takes it. random: parts that the file's training left
    at their random start, as the stage `proposals` does; nothing where there are none.
    """

    network: DMNAOA
    path: Path
    sha256: str
    source: str
    random: str = ""

    @property
    def trained(self) -> bool:
        """Whether all weights were trained; random ones make masks without meaning."""
        return bool(self.sha256) and not self.random


def stored_config(name: str, weights: Path | None = None) -> ModelConfig:
    """The configuration that a model's weights carry; the preset's where there are none.

    Raises:
        InputError: the name is unknown, or the file is damaged.
    """
    expected = preset(name)
    path = weights or WEIGHTS / f"{name}.safetensors"
    return read_weights(path)[0].config if path.is_file() else expected


def load_model(
    name: str,
    weights: str | Path | None = None,
    settings: Sequence[str] = (),
    *,
    source: str | None = None,
    weights_dir: str | Path | None = None,
    allow_untrained: bool = False,
    proposals_only: bool = False,
    **changes: object,
) -> LoadedModel:
    """Load a model by name.

    Args:
        name: lite, r50 or r101.
        weights: a file of the same model; None takes the package's.
        settings: config fields to change, as texts `key=value`.
        source: where proposals come from (`models.sources.names`); None is the model's own.
        weights_dir: where fetched weights of proposal sources are kept.
        allow_untrained: where there are no weights, take random ones, for timing and shapes.
        proposals_only: nothing but the proposal generator is wanted, so weights in which it
            alone was trained will do.
        changes: config fields to change, as values; `settings` win.

    Returns:
        The network in evaluation mode, on the CPU, with its source of proposals in place.

    Raises:
        InputError: the name or the source is unknown, or there are no weights, or they are
            damaged, altered, another model's or trained in part only.
    """
    chosen = SourceName.parse(source) if source else None
    given = Path(weights) if weights is not None else None
    loaded = _load(name, given, settings, changes, allow_untrained)
    if loaded.random and not (allow_untrained or proposals_only):
        raise InputError(
            f"{loaded.path} comes from the stage proposals, so its {loaded.random} are random and "
            "its masks would mean nothing. Go on with the next stage, whose start.proposals it is; "
            "`ovos propose` takes it as it is, and --allow-untrained does for timing and shapes"
        )
    if proposals_only:
        loaded = replace(loaded, random="")
    if chosen is not None:
        cache = Path(weights_dir) if weights_dir is not None else None
        use_source(loaded.network, chosen, cache)
        loaded = replace(loaded, source=str(chosen))
    return loaded


def _load(
    name: str,
    weights: Path | None,
    settings: Sequence[str],
    changes: dict[str, object],
    allow_untrained: bool,
) -> LoadedModel:
    expected = preset(name)
    path = weights or WEIGHTS / f"{name}.safetensors"
    if weights is None and not path.is_file():
        if allow_untrained:
            torch.manual_seed(0)
            config = expected.replace(**changes).override(list(settings))
            with building():
                network = DMNAOA(config).eval()
            return LoadedModel(network, Path("untrained"), "", config.proposals)
        raise InputError(
            f"no trained weights of '{name}' exist: its authors published none. "
            "Give your own with --weights PATH, or use --model lite. For timing and shapes "
            "alone, --allow-untrained takes random ones"
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
    stored: ModelConfig = info.config.replace(**changes).override(list(settings))
    with building():
        network = load_network(path, tensors, stored)
    return LoadedModel(network, path, digest, stored.proposals, info.notes.get(UNTRAINED, ""))


@contextmanager
def building() -> Iterator[None]:
    """What the libraries say of sizes that do not go together, as an error of the input."""
    try:
        yield
    except (ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"no model of this configuration can be built: {error}") from error


def _check(path: Path, digest: str) -> None:
    record = json.loads((WEIGHTS / "sha256.json").read_text())
    if record.get(path.name) != digest:
        raise InputError(
            f"the weights file {path} is damaged (its sha256 differs from the package's record); "
            "reinstall ovos-cli"
        )
