"""Give a network another source of proposals than its own."""

from pathlib import Path

from torchvision.models.detection import (
    MaskRCNN_ResNet50_FPN_V2_Weights,
    MaskRCNN_ResNet50_FPN_Weights,
)

from models.config import ProposalSource
from models.errors import InputError
from models.hub.downloads import fetch
from models.modules.external_proposals import ExternalProposals
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.network import DMNAOA
from models.sources.detectron import Detectron2Proposals
from models.sources.digest import module_digest
from models.sources.files import FileProposals, digest
from models.sources.names import Kind, SourceName

COCO_WEIGHTS = {
    Kind.MASKRCNN_R50: MaskRCNN_ResNet50_FPN_Weights.COCO_V1.url,
    Kind.MASKRCNN_R50_V2: MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1.url,
}
"""Addresses of torchvision's COCO weights; each name ends with the start of its SHA-256."""


def use_source(network: DMNAOA, source: SourceName, weights_dir: Path | None = None) -> None:
    """Make `network.propose` ask `source` from now on.

    For running a model. The network's configuration goes on naming the generator that belongs
    to its weights file; for training, set the configuration's `proposals` first (see
    `generator_of`), so that the file that is written has what it says.

    Args:
        network: changed in place.
        source: as parsed from the user's words.
        weights_dir: where fetched weights are kept; None is torch's own cache.

    Raises:
        InputError: the source does not fit the model, is missing, or cannot be read or fetched.
    """
    config = network.config
    match source.kind:
        case Kind.LITE:
            if config.proposals is not ProposalSource.LITE:
                raise InputError(
                    f"the proposals 'lite' are a part of the model lite; '{config.name}' has none "
                    "of it. Choose another source for --proposals"
                )
        case Kind.MASKRCNN_R50 | Kind.MASKRCNN_R50_V2:
            own = ProposalSource(source.kind.value)
            generator = MaskRCNNProposalGenerator(config.replace(proposals=own))
            url = COCO_WEIGHTS[source.kind]
            try:
                generator.detector.load_state_dict(fetch(url, weights_dir))
            except RuntimeError as error:
                raise InputError(f"the weights of {url} do not fit '{source}'") from error
            network.opg = generator.eval()
        case Kind.DETECTRON2:
            detector = Detectron2Proposals.load(source.argument, config, weights_dir)
            network.opg = ExternalProposals(detector)
        case Kind.FILES:
            network.opg = ExternalProposals(FileProposals(Path(source.argument), config))


def digest_of(network: DMNAOA) -> str | None:
    """SHA-256 of a source whose name does not say what it holds; None of the others.

    A Mask R-CNN may be torchvision's or the model's own, tuned one. Of stored proposals it is that
    of the folder as it is now.
    """
    if (stored := stored_in(network)) is not None:
        return digest(stored.folder)
    if isinstance(network.opg, MaskRCNNProposalGenerator):
        return module_digest(network.opg)
    held = network.opg.generator if isinstance(network.opg, ExternalProposals) else None
    return held.digest if isinstance(held, Detectron2Proposals) else None


def stored_in(network: DMNAOA) -> FileProposals | None:
    """The files that a network looks proposals up in; None with other sources."""
    held = network.opg.generator if isinstance(network.opg, ExternalProposals) else None
    return held if isinstance(held, FileProposals) else None


def generator_of(source: SourceName) -> ProposalSource:
    """What `ModelConfig.proposals` is for a model that is trained on this source."""
    if source.kind in (Kind.DETECTRON2, Kind.FILES):
        return ProposalSource.EXTERNAL
    return ProposalSource(source.kind.value)
