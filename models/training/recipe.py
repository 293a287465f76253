"""A recipe: everything that one training run depends on, from a TOML file."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from models.errors import InputError
from models.training.overrides import override
from models.utils.names import plain_name
from models.utils.text_file import read_text

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    """Unknown keys are refused: a misspelt one would silently change the experiment."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class AboutPart(_Part):
    """What `ovos train` says of a recipe in its list; nothing depends on it."""

    trains: str = ""
    needs: str = ""
    takes: str = ""


class ModelPart(_Part):
    """Which model."""

    preset: str = "lite"
    settings: tuple[str, ...] = ()
    """Fields of the model's configuration to change: ["memory_stride=3"]."""
    proposals: str | None = None
    """Another source of proposals than the preset's, with its published weights:
    maskrcnn-r50, maskrcnn-r50-v2, detectron2:CONFIG."""


class StartPart(_Part):
    """Weights to begin with; what a later line names replaces what an earlier one brought.

    An empty text is nothing, so that `--set start.weights=` takes a recipe's away.
    """

    backbone: Literal["imagenet", "coco"] | None = None
    """The backbone's published weights; coco is the body of torchvision's Mask R-CNN."""
    weights: str | None = None
    """A weights file, a run's folder (its best weights), or "package"."""
    proposals: str | None = None
    """The same, but the proposal generator alone is taken from it; or "coco" for torchvision's
    COCO weights of the model's Mask R-CNN."""

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_nothing(cls, value: Any) -> Any:
        return None if value == "" else value


class DataPart(_Part):
    """One data set. `root` is relative to the folder that `--data` names."""

    kind: Literal["folders", "coco", "davis", "ytvos"]
    root: str
    annotations: str | None = None
    """coco: the instances JSON, relative to `root`."""
    split: str = "train"
    year: str = "2017"
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """Share of the samples drawn from it, over the sum of all weights; images of one kind
    are drawn alike, whatever their number."""
    every: Positive = 1
    """Take every so many frames of a video where frames are drawn alone."""
    frames: tuple[str, ...] = ()
    """Only these annotated frames of videos, by name: ["00012"]; empty is all."""
    licence: str = "not stated"


class SamplesPart(_Part):
    """How samples are drawn; see `models.training.samples`."""

    size: Annotated[int, Field(ge=64, multiple_of=32)] = 384
    length: Annotated[int, Field(ge=2)] = 4
    longest_skip: Positive = 5
    backward: Share = 0.0
    """Share of video clips that run backward; the paper's never do."""
    most_objects: Positive = 2
    """Objects of a clip at most; of more, those that touch each other are preferred."""
    alone: Share = 0.0
    """Share of clips in which one object is followed, whatever else is seen."""
    far: Share = 0.0
    """Share of video clips whose annotated frame is up to `farthest` frames before the others."""
    farthest: Positive = 25
    resumed: Share = 0.0
    """Share of these whose second frame is annotated as well, as if all had gone well till then."""
    paste: Share = 0.6
    """Share of simulated clips with objects of others pasted in."""
    paste_videos: Share = 0.0
    """Share of video clips with something pasted in; the paper pastes nothing."""
    beside: Share = 0.0
    """Share of what is pasted that is put at the edge of an object and moves over or behind it."""
    cuts: Share = 0.0
    """Share of clips that show another scene for a while."""
    parts: Share = 0.0
    """Share of simulated clips in which a part of an object is an object of its own."""
    strings: Share = 0.0
    """Share of simulated clips in which lines of a pixel or two belong to an object."""
    crowd: Share = 0.0
    """proposals, clicks: share of views with 1 to `most_pasted` objects pasted side by side."""
    most_pasted: Positive = 1
    """Objects pasted into one view or clip at most."""
    drawn: Share = 0.0
    """Share of samples made to look like animation."""


class LossPart(_Part):
    """Weights of the losses; see `models.training.stages.losses`."""

    hardest: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the pixels, the worst ones, whose cross entropy counts."""
    thin: NotNegative = 0.0
    """How many times more the cross entropy counts in thin parts of objects."""
    dice: NotNegative = 0.0
    coarse: NotNegative = 0.0
    match: NotNegative = 0.0
    template: NotNegative = 0.0


class MishapPart(_Part):
    """How often each mishap happens; see `models.training.stages.mishaps`."""

    previous: Share = 0.0
    taken: Share = 0.0
    first: Share = 0.0
    astray: Share = 0.0
    proposals: Share = 0.0
    later: Share = 0.0
    latest: Positive = 150


class SchedulePart(_Part):
    """How long and how fast."""

    iterations: Positive | None = None
    epochs: Positive | None = None
    """Instead of iterations; an epoch is one sample per image or video, drawn at random."""
    batch: Positive
    """Samples of an optimizer step, over all processes."""
    micro_batch: Positive = 1
    """Samples in memory at once in one process; gradients accumulate over the rest."""
    optimizer: Literal["adam", "adamw"] = "adamw"
    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    backbone_rate: NotNegative = 0.0
    """0 leaves the backbone frozen."""
    backbone_from: Literal[1, 8, 16] = 1
    """The backbone learns from the stage of this stride on; earlier ones stay frozen."""
    others_rate: NotNegative = 0.0
    """Of the weights of the extension `others`, which begin at zero; 0 is the rate of the rest."""
    ridge_rate: NotNegative = 0.0
    """The same of the extension `ridge`."""
    decay: Literal["cosine", "constant"] = "cosine"
    weight_decay: NotNegative = 0.01
    warmup: Annotated[int, Field(ge=0)] = 50
    clip: Annotated[float, Field(gt=0)] = 5.0
    """Largest norm of the gradient."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.99
    """Decay of the averaged weights, which are what is scored and kept; 0 averages nothing."""
    save_every: Positive = 50

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.iterations is None) == (self.epochs is None):
            raise ValueError("give either iterations or epochs")
        if self.backbone_from != 1 and not self.backbone_rate:
            raise ValueError("backbone_from needs a backbone_rate; 0 leaves the backbone frozen")
        return self


class DevPart(_Part):
    """Videos to score on, with their truth; never trained on."""

    root: str
    split: str = "val"
    year: str = "2017"
    every: Positive = 500
    """Score after every so many steps, and at the end."""
    sequences: tuple[str, ...] = ()
    """Only these; empty is all."""
    frames: Annotated[int, Field(ge=2)] = 40
    """Only so many frames from each sequence's begin."""
    size: Annotated[int, Field(ge=64)] = 480
    scored: tuple[str, ...] = ()
    """Only these annotated frames count, by name; empty is all but the first."""
    before: bool = False
    """Score what the run begins with, too."""


class Recipe(_Part):
    """One stage of training."""

    name: str
    stage: Literal["proposals", "pretrain", "main", "clicks"]
    about: AboutPart = AboutPart()
    model: ModelPart = ModelPart()
    start: StartPart = StartPart()
    data: Annotated[tuple[DataPart, ...], Field(min_length=1)]
    samples: SamplesPart = SamplesPart()
    losses: LossPart = LossPart()
    mishaps: MishapPart = MishapPart()
    schedule: SchedulePart
    dev: DevPart | None = None
    seed: Annotated[int, Field(ge=0, lt=2**23)] = 0
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        videos = any(one.kind in {"davis", "ytvos"} for one in self.data)
        if self.samples.cuts and self.stage == "pretrain" and videos:
            # There each frame is a still: the other scene might show the same object.
            raise ValueError("samples.cuts in the stage pretrain needs data without videos")
        return self


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe and change some of its values.

    Args:
        overrides: texts like `schedule.batch=8`, values as in TOML; `data.0.root=x` for the
            first data set; `dev=` takes a key or a table away. Of iterations and epochs one
            takes the other's place.

    Raises:
        InputError: the file is missing or not TOML, a key is unknown, a value cannot be used.
    """
    try:
        values = tomllib.loads(read_text(path, "the recipe"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"the recipe {path} is not TOML: {error}") from error
    for text in overrides:
        override(values, text, Recipe)
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise InputError(f"the recipe {path} cannot be used: {_explained(error)}") from error
    plain_name(recipe.name, path)  # of the run's folder, if no other is given
    return recipe


def _explained(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"]) or "it"
        unknown = problem["type"] == "extra_forbidden"
        lines.append(f"there is no key '{where}'" if unknown else f"{where}: {problem['msg']}")
    return "; ".join(lines)
