"""From a recipe to what it trains and what it trains on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from numpy.random import Generator
from torch import nn

from models.config import ModelConfig, ProposalSource
from models.errors import InputError
from models.hub.load import building
from models.hub.presets import preset
from models.modules.external_proposals import ExternalProposals
from models.modules.lite_proposals import LiteProposalGenerator
from models.network import DMNAOA
from models.sources.install import generator_of, use_source
from models.sources.names import Kind, SourceName
from models.training.data.catalog import DataSet
from models.training.recipe import Recipe
from models.training.samples.mixture import Mixture
from models.training.samples.one_object import ObjectViews
from models.training.samples.stills import StillClips
from models.training.samples.videos import VideoClips
from models.training.samples.views import Views
from models.training.stages.clicks import ClickStage
from models.training.stages.proposals import ProposalStage
from models.training.stages.start import install
from models.training.stages.video import VideoStage


@dataclass(frozen=True)
class Samples:
    """Draws one sample from a generator of random numbers; so many make an epoch."""

    draw: Callable[[Generator], Any]
    epoch: int


def build_config(recipe: Recipe) -> ModelConfig:
    """The recipe's model configuration. Raises InputError."""
    config = preset(recipe.model.preset).override(list(recipe.model.settings))
    source = _source(recipe)
    return config if source is None else config.replace(proposals=generator_of(source))


def _source(recipe: Recipe) -> SourceName | None:
    """Another source of proposals than the preset's own."""
    if recipe.model.proposals is None:
        return None
    source = SourceName.parse(recipe.model.proposals)
    if source.kind is Kind.FILES:
        raise InputError(
            "stored proposals cannot be trained with: training sees random views of frames, which "
            "they do not fit. Train with another source and use files: to segment"
        )
    return source


def check_model(recipe: Recipe) -> None:
    """Refuse at once what no data can mend.

    Raises:
        InputError: there is no such model or setting, or clips would share a micro batch.
    """
    build_config(recipe)
    if recipe.stage in ("pretrain", "main") and recipe.schedule.micro_batch != 1:
        raise InputError(
            "schedule.micro_batch must be 1 here: clips have different objects and go one by "
            "one; schedule.batch may be larger"
        )


def build_stage(
    recipe: Recipe,
    device: torch.device,
    dtype: torch.dtype,
    weights_dir: Path | None = None,
    *,
    resumes: bool = False,
) -> nn.Module:
    """The stage with its network, filled with what the recipe starts from.

    Args:
        recipe: see `check_model`.
        resumes: a saved state fills it afterwards, so what it started from need not be there.

    Raises:
        InputError: what it starts from is missing or does not fit, or cannot be trained so.
    """
    torch.manual_seed(recipe.seed)
    config = build_config(recipe)
    with building():
        network = DMNAOA(config)
    source = _source(recipe)
    if source is not None:
        use_source(network, source, weights_dir)
    # Of the sources, lite alone has no published weights: its generator is filled like the rest.
    published = source is not None and source.kind is not Kind.LITE
    filled = resumes or install(
        network,
        recipe.start,
        weights_dir,
        keep_proposals=published,
        partly_random=recipe.stage == "proposals",
    )
    _check_proposals(recipe, network, filled)
    if not resumes:
        _check_backbone(recipe, network)
    stage: nn.Module
    if recipe.stage == "proposals":
        stage = ProposalStage(network, dtype=dtype)
    elif recipe.stage == "clicks":
        stage = ClickStage(network, dtype=dtype)
    else:
        stage = VideoStage(
            network,
            recipe.losses,
            recipe.mishaps,
            dtype=dtype,
            backbone_from=recipe.schedule.backbone_from if recipe.schedule.backbone_rate else None,
        )
    return stage.to(device).train()


def _check_proposals(recipe: Recipe, network: DMNAOA, filled: bool) -> None:
    """Refuse a proposal generator that the stage cannot train, or would use at random.

    Raises:
        InputError: see above.
    """
    external = isinstance(network.opg, ExternalProposals)
    if recipe.stage == "proposals" and external:
        raise InputError(
            "the stage proposals trains lite's generator or torchvision's Mask R-CNN; one from "
            f"elsewhere ({recipe.model.proposals or network.config.proposals}) is tuned with its "
            "own tools"
        )
    if recipe.stage != "proposals" and not (external or filled):
        own = network.config.proposals
        ways = (
            "start.proposals to a run of the stage proposals"
            if own is ProposalSource.LITE
            else 'start.proposals="coco" for torchvision\'s weights'
        )
        raise InputError(
            f"the stage {recipe.stage} leaves proposals as they are, and nothing fills those of "
            f"'{own}', so they would be random. Set {ways}, or start.weights to weights that "
            "hold trained ones"
        )


def _check_backbone(recipe: Recipe, network: DMNAOA) -> None:
    """Refuse a backbone that would be random and stay so.

    Raises:
        InputError: see above.
    """
    start, schedule = recipe.start, recipe.schedule
    if recipe.stage == "proposals":  # Mask R-CNN brings a backbone of its own
        fine = not isinstance(network.opg, LiteProposalGenerator)
    else:
        fine = schedule.backbone_rate > 0 and schedule.backbone_from == 1
    if not (fine or start.backbone or start.weights):
        raise InputError(
            "nothing fills the backbone; what of it is not trained would stay random. Set "
            "start.backbone=imagenet, or start.weights to weights that hold one"
        )


def fitting(data: DataSet, recipe: Recipe) -> DataSet:
    """Data without the videos that have fewer frames than a clip; all, where frames come alone.

    Raises:
        InputError: all of its videos are too short.
    """
    if recipe.stage != "main" or not data.videos:
        return data
    length = recipe.samples.length
    found = [video for video in data.videos if video.length >= length]
    if not found:
        longest = max(data.videos, key=lambda video: video.length)
        raise InputError(
            f"{data.name} has no video that is long enough: its longest, {longest.name}, has "
            f"{longest.length} annotated frames and samples.length is {length}. Lower "
            "samples.length or leave this data set out"
        )
    return replace(data, videos=found)


def build_samples(recipe: Recipe, data: Sequence[DataSet]) -> Samples:
    """How the recipe's samples are drawn. Raises InputError where it has nothing to draw."""
    part = recipe.samples
    stills = [image for one in data for image in one.images]
    data = [fitting(one, recipe) for one in data]
    parts: list[tuple[float, Callable[[Generator], Any]]] = []
    for one in data:
        if recipe.stage == "proposals":
            draw: Callable[[Generator], Any] = Views(one.stills(), part, stills)
        elif recipe.stage == "clicks":
            draw = ObjectViews(one.stills(), part, stills)
        elif one.videos and recipe.stage == "main":
            draw = VideoClips(one.videos, part, stills)
        else:
            draw = StillClips(one.stills(), part)
        parts.append((one.part.weight, draw))
    if recipe.stage == "main" and not any(one.videos for one in data):
        raise InputError("the main stage needs videos (davis or ytvos); the recipe names none")
    whole = recipe.stage == "main"
    count = sum(len(one) if whole else len(one.stills()) for one in data)
    return Samples(Mixture(parts), count)
