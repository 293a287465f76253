"""What a stage starts from: published weights, a weights file, another stage's proposals."""

from collections.abc import Callable
from pathlib import Path

from models.backbone_weights import BackboneWeights, load_backbone
from models.config import ProposalSource
from models.errors import InputError
from models.hub import WEIGHTS
from models.network import DMNAOA
from models.sources.install import use_source
from models.sources.names import SourceName
from models.training.recipe import StartPart
from models.training.stages.imagenet import load_lite2
from models.weights_file import read_weights

BEST, LAST = "best.safetensors", "last.safetensors"
"""Names of the weights in a run's folder."""


_OPG = "opg."
_COCO = "coco"


def install(
    network: DMNAOA,
    start: StartPart,
    weights_dir: Path | None = None,
    *,
    keep_proposals: bool = False,
) -> None:
    """Fill a network with what a recipe starts from.

    Parts that a file lacks (a deeper block, another proposal generator) keep their random
    start; tensors that do not fit are refused.

    Args:
        weights_dir: where fetched weights are kept; None is torch's own cache.
        keep_proposals: the network has its proposal generator already; take none from a file.

    Raises:
        InputError: weights are missing, cannot be fetched, or are another model's.
    """
    config = network.config
    if start.backbone is not None:
        if config.backbone == "tf_efficientnet_lite2" and start.backbone == "imagenet":
            load_lite2(network.bfe.backbone)
        else:
            load_backbone(network, BackboneWeights(start.backbone), weights_dir)
    if start.weights is not None:
        path = weights_path(start.weights, config.name)
        _copy(network, path, lambda name: not (keep_proposals and name.startswith(_OPG)))
    if start.proposals == _COCO:
        if config.proposals is ProposalSource.LITE:
            raise InputError("there are no COCO weights for lite's proposals; train them first")
        use_source(network, SourceName.parse(config.proposals), weights_dir)
    elif start.proposals is not None:
        path = weights_path(start.proposals, config.name)
        _copy(network, path, lambda name: name.startswith(_OPG))


def weights_path(text: str, model: str) -> Path:
    """The weights file that a recipe's text means: "package", a run's folder, or a file.

    Raises:
        InputError: there is none.
    """
    if text == "package":
        path = WEIGHTS / f"{model}.safetensors"
        if not path.is_file():
            raise InputError(f"the package has no weights of '{model}'; give a file instead")
        return path
    path = Path(text)
    if path.is_dir():
        found = [path / name for name in (BEST, LAST) if (path / name).is_file()]
        if not found:
            raise InputError(f"{path} holds neither {BEST} nor {LAST}; has its training run?")
        return found[0]
    return path


def _copy(network: DMNAOA, path: Path, wanted: Callable[[str], bool]) -> None:
    info, tensors = read_weights(path)
    if info.config.name != network.config.name:
        raise InputError(
            f"{path} holds the model '{info.config.name}', the recipe trains "
            f"'{network.config.name}'"
        )
    own = network.state_dict()
    for name, tensor in tensors.items():
        if not wanted(name):
            continue
        if name not in own:
            raise InputError(f"{path} does not fit the recipe's model: {name} is unknown there")
        if own[name].shape != tensor.shape:
            raise InputError(
                f"{path} does not fit the recipe's model: {name} is {tuple(tensor.shape)} "
                f"there and {tuple(own[name].shape)} here"
            )
        own[name].copy_(tensor)
