"""What a stage starts from: published weights, a weights file, another stage's proposals."""

from collections.abc import Callable
from pathlib import Path

from models.config import ProposalSource
from models.errors import InputError
from models.hub.backbone_weights import BackboneWeights, load_backbone
from models.hub.load import WEIGHTS
from models.hub.presets import preset
from models.hub.weights_file import UNTRAINED, read_weights
from models.network import DMNAOA
from models.sources.install import use_source
from models.sources.names import Kind, SourceName
from models.training.recipe import Recipe, StartPart
from models.training.stages.imagenet import load_lite2

BEST, LAST = "best.safetensors", "last.safetensors"
"""Names of the weights in a run's folder."""

_OPG = "opg."
_COCO, _IMAGENET_START = "coco", "imagenet"


def install(
    network: DMNAOA,
    start: StartPart,
    weights_dir: Path | None = None,
    *,
    keep_proposals: bool = False,
    partly_random: bool = False,
) -> bool:
    """Fill a network with what a recipe starts from.

    Tensors that a file lacks (of a deeper block, or another proposal generator) keep their random
    start; those of the extension `others` begin at zero, so that the network does at first what it
    did without them. Tensors that do not fit are refused, and so is a file without any of a whole
    module.

    Args:
        weights_dir: where fetched weights are kept; None is torch's own cache.
        keep_proposals: the network's proposal generator is filled already. Then `start.weights`
            and "coco" leave it alone, and `start.proposals` fills it from a file only if that
            holds the same generator: a recipe's start is of the generator that its preset has.
        partly_random: `start.weights` may come from the stage proposals, which leaves the rest of
            the network as random as it was.

    Returns:
        Whether the proposal generator is filled; otherwise it is random.

    Raises:
        InputError: weights are missing, cannot be fetched, or are another model's or random.
    """
    config, filled = network.config, keep_proposals
    if start.backbone is not None:
        if config.backbone == "tf_efficientnet_lite2" and start.backbone == "imagenet":
            load_lite2(network.bfe.backbone)
        else:
            load_backbone(network, BackboneWeights(start.backbone), weights_dir)
    if start.weights is not None:
        path = weights_path(start.weights, config.name)
        random = _untrained(path)
        if random and not partly_random:
            backbone = " --set start.backbone=imagenet" if start.backbone is None else ""
            raise InputError(
                f"{path} comes from the stage proposals, so its {random} are random and would "
                "replace anything better; take its proposals alone, with --set start.weights= "
                f"--set start.proposals={start.weights}{backbone}"
            )
        copied = _copy(network, path, lambda name: not (keep_proposals and name.startswith(_OPG)))
        filled_by_others = {"opg"} | ({"bfe"} if start.backbone else set())
        lacking = {_part(n) for n in network.state_dict()} - {_part(n) for n in copied}
        lacking -= filled_by_others
        if lacking:
            raise InputError(
                f"{path} lacks all of the model's {', '.join(sorted(lacking))}, which would begin "
                "at random; is it a part of a weights file?"
            )
        filled |= any(name.startswith(_OPG) for name in copied)
    if start.proposals is None:
        return filled
    if start.proposals == _COCO:
        if not keep_proposals:
            _fetch_coco(network, weights_dir)
        return True
    return _copy_proposals(network, start.proposals, keep_proposals) or filled


def _fetch_coco(network: DMNAOA, weights_dir: Path | None) -> None:
    own = network.config.proposals
    if own is ProposalSource.LITE:
        raise InputError("there are no COCO weights for lite's proposals; train them first")
    if own is ProposalSource.EXTERNAL:
        raise InputError(
            "start.proposals is 'coco', but the model has no proposals of its own; name their "
            "source with model.proposals, maskrcnn-r50 for example"
        )
    use_source(network, SourceName.parse(own), weights_dir)


def _copy_proposals(network: DMNAOA, text: str, keep: bool) -> bool:
    """Take the generator from a file; with `keep` only if it is of the same kind."""
    path = weights_path(text, network.config.name)
    if keep and not path.exists():
        raise InputError(
            f"start.proposals: {path} does not exist; with another source of proposals it is not "
            "needed, so add --set start.proposals="
        )
    if keep and read_weights(path)[0].config.proposals is not network.config.proposals:
        return False
    return bool(_copy(network, path, lambda name: name.startswith(_OPG)))


_IMAGENET = ("ImageNet (published weights of the backbone)", "ImageNet: research use")
_COCO_NOTES = (
    "COCO (published weights of torchvision's Mask R-CNN)",
    "annotations CC BY 4.0, photographs Flickr terms",
)
_DETECTRON2 = ("data of detectron2's weights, which are not in this file", "see their source")


def inherited(recipe: Recipe) -> dict[str, list[str]]:
    """Data and licences of what a run begins with, in the lists `data` and `licence`.

    Files say them themselves; of published weights they are known.

    Raises:
        InputError: a file is missing, or is none.
    """
    start, model = recipe.start, preset(recipe.model.preset).name
    source = SourceName.parse(recipe.model.proposals).kind if recipe.model.proposals else None
    published = {
        _IMAGENET: start.backbone == _IMAGENET_START or start.weights == "package",
        _COCO_NOTES: start.backbone == _COCO
        or start.proposals == _COCO
        or source in (Kind.MASKRCNN_R50, Kind.MASKRCNN_R50_V2),
        _DETECTRON2: source is Kind.DETECTRON2,
    }
    known = [note for note, begun in published.items() if begun]
    found = {"data": [data for data, _ in known], "licence": [licence for _, licence in known]}
    for text in dict.fromkeys((start.weights, start.proposals)):
        if text is None or text == _COCO:
            continue
        notes = read_weights(weights_path(text, model))[0].notes
        for key, values in found.items():
            if key in notes and notes[key] not in values:
                values.append(notes[key])
    return found


def left_random(recipe: Recipe) -> str:
    """What the weights of a run have at its random start, for people; nothing but after proposals.

    Raises:
        InputError: the file that it begins with is missing, or is none.
    """
    if recipe.stage != "proposals":
        return ""
    if recipe.start.weights is not None:
        return _untrained(weights_path(recipe.start.weights, preset(recipe.model.preset).name))
    parts = ["template generator", "matcher", "refinement", "bottleneck layers"]
    *most, last = parts if recipe.start.backbone else [*parts, "backbone"]
    return f"{', '.join(most)} and {last}"


def _untrained(path: Path) -> str:
    """What a weights file says is random in it, for people."""
    return read_weights(path)[0].notes.get(UNTRAINED, "")


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


def _copy(network: DMNAOA, path: Path, wanted: Callable[[str], bool]) -> list[str]:
    """Copy the wanted tensors of a file; returns their names."""
    info, tensors = read_weights(path)
    if info.config.name != network.config.name:
        raise InputError(
            f"{path} holds the model '{info.config.name}', the recipe trains "
            f"'{network.config.name}'"
        )
    copied = [name for name in tensors if wanted(name)]
    if not network.may_click:  # with another generator's backbone, which ends earlier
        copied = [name for name in copied if _part(name) != "clicks"]
    if network.clicks is None and any(_part(name) == "clicks" for name in copied):
        network.add_click_head()
    own = network.state_dict()
    for name in copied:
        tensor = tensors[name]
        if name not in own:
            raise InputError(f"{path} does not fit the recipe's model: {name} is unknown there")
        if own[name].shape != tensor.shape:
            raise InputError(
                f"{path} does not fit the recipe's model: {name} is {tuple(tensor.shape)} "
                f"there and {tuple(own[name].shape)} here"
            )
        own[name].copy_(tensor)
    return copied


def _part(name: str) -> str:
    """The module that a tensor belongs to: bfe, opg, otg, am, mrn or clicks."""
    return name.partition(".")[0]
