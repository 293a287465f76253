"""One frozen configuration holds every size, policy and ablation of the model."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from models.errors import InputError
from models.utils.setting_checks import Within, check_settings
from models.utils.toml_value import toml_value

FRAMES_KEPT = 50
"""Limit of the commands and of `Segmenter.load` for weights without a `memory_max` of their own: a
long video would fill the machine."""


BACKBONES = (
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
    *(f"tf_efficientnet_lite{size}" for size in range(5)),
)
"""Names that timm is asked for, and no others: a weights file is not trusted, and timm also takes
names that fetch code or files from a network."""


CONFIG_VERSION = 3
"""Of `ModelConfig` in weights files. 1 had no `others`, and said no version; 2 had no `ridge`. A
file of an older version loads: what it does not name has its default."""


class MemoryPolicy(StrEnum):
    """Which past frames the dynamic memory network reads (paper, Table 3 B)."""

    FIRST = "first"
    PREVIOUS = "previous"
    FIRST_PREVIOUS = "first+previous"
    STRIDE = "stride"
    ALL = "all"


class ProposalSource(StrEnum):
    """Which proposal generator is part of a model, and so of its weights file.

    A model can be run with another one; see `models.sources`.
    """

    LITE = "lite"
    MASKRCNN_R50 = "maskrcnn-r50"
    MASKRCNN_R50_V2 = "maskrcnn-r50-v2"
    EXTERNAL = "external"
    """None: it was trained on proposals from elsewhere and needs a source."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Sizes, memory policy and ablation switches of one DMN-AOA model.

    The defaults are the paper's setting with ResNet-50. Fields marked
    *extension* are not in the paper; their defaults switch them off.
    `Within` is the range of a number, both ends allowed; other values raise
    InputError.
    """

    name: str
    backbone: str = "resnet50"
    """timm name of the backbone, one of `BACKBONES`."""
    base_channels: Annotated[tuple[int, int, int], Within(1)] = (64, 128, 256)
    """Channels of f4, f8, f16 after the bottleneck layers; those of `object_levels` have an even
    sum."""
    object_levels: tuple[str, ...] = ("f16",)
    """Base features that RoI pooling reads, concatenated along channels."""
    roi_size: Annotated[int, Within(1)] = 14
    """H = W of an object's features (Eq. 1)."""
    projection_channels: Annotated[int, Within(1)] = 128
    """C_D, the channels of the shared feature space (section 3.3)."""
    refine_channels: Annotated[tuple[int, int, int], Within(1)] = (256, 256, 256)
    """Widths of the refinement blocks at strides 4, 8 and 16."""
    refine_depth: Annotated[tuple[int, int, int], Within(1)] = (1, 1, 1)
    """Residual blocks in each of them."""
    norm_groups: Annotated[int, Within(1)] = 32
    """G of group normalization (section 4.1)."""

    proposals: ProposalSource = ProposalSource.MASKRCNN_R50
    max_proposals: Annotated[int, Within(0)] = 30
    """Top-n proposals kept for each frame (section 3.1)."""
    proposal_nms: Annotated[float, Within(0, 1)] = 0.4
    """IoU above which the lower-scored of two proposals is dropped (section 4.1), in 0 to 1."""
    proposal_regions: Annotated[int, Within(1)] = 100
    """Regions of a frame that the lite proposal head looks at, before that selection."""
    proposal_channels: Annotated[int, Within(1)] = 96
    """Width of the lite proposal head's feature pyramid."""

    memory_policy: MemoryPolicy = MemoryPolicy.STRIDE
    """Which past frames are read (Table 3 B)."""
    memory_stride: Annotated[int, Within(1)] = 5
    """Under the policy stride, frames from one that is kept to the next (section 4.1)."""
    memory_max: int | None = None
    """Most frames kept in memory, first and previous included: 2 or more; None keeps all."""

    # Ablations of Table 3 A.
    use_dmn: bool = True
    """False: the first frame's annotation is a fixed template (A1, A3)."""
    use_aoa: bool = True
    """False: proposals are compared with the template position by position (A1, A2)."""
    object_memory: bool = True
    """False: the memory encoder reads features of the whole frame (A4)."""
    use_matcher: bool = True
    """False: no proposals; the coarse mask is decoded from the template (A5)."""
    use_refinement: bool = True
    """False: coarse masks are the output (A6)."""

    # Extensions.
    roi_context: Annotated[float, Within(0.1)] = 1.0
    """Extension: boxes grow by this factor, 0.1 or more, about their centre before RoI pooling;
    1 leaves them."""
    recency: Annotated[float, Within(0)] = 0.0
    """Extension: what a memory frame loses in relevance, in nats, each time its age doubles;
    0 is off."""
    null_column: bool = False
    """Extension: an object may match no proposal at a learned cost."""
    null_overlap: Annotated[float, Within(0, 1)] = 0.0
    """Extension: the overlap that matching nothing counts as having with the previous mask, in
    0 to 1.

    A proposal as far off as the null column in appearance must overlap more than this."""
    matching_iou_weight: Annotated[float, Within(0, 1)] = 0.0
    """Extension: weight of the IoU with the previous mask in the matching cost, in 0 to 1; the
    similarity has the rest."""
    template_proposal: bool = False
    """Extension: the mask decoded from each template competes as one more proposal."""
    template_agreement: Annotated[float, Within(0, 1)] = 0.0
    """Extension: a proposal whose IoU with the template's mask is below this, in 0 to 1, has 0.5
    subtracted from its overlap with the previous mask; 0 turns this off. Needs
    `template_proposal` and `matching_iou_weight`.

    The matcher compares regions, not masks: a mask that takes in what is beside the object is as
    alike as a clean one. Not applied in training."""
    guard: Annotated[float, Within(0)] = 0.0
    """Extension: masks end where the coarse mask's box (without one, the previous mask's), grown
    by this factor about its centre, ends; 0 is off.

    An error of the mask far from the matched object would else become the next frame's
    reference. Not applied in training."""
    first_floor: Annotated[float, Within(0)] = 0.0
    """Extension: where the first frame's aligned masks together hold less than this share of their
    peak, 0 to below 1, they count only if the coarse or the previous mask agrees, and where they
    hold more they count the less; 0 is off.

    Correspondences with a frame of long ago are vague: they spread a little of the object over
    whatever looks like it."""
    refine_memory: Annotated[int, Within(0)] = 0
    """Extension: so many of the memory's frames between the first and the previous one, spread
    evenly, speak against the first frame's aligned masks: where objects cover less by all of
    these frames together, they are believed that much less; 0 is none.

    What looks like the object in the first frame may have been seen since not to be it. They can
    add nothing: it might be a leak that the memory took in. Frames in which an object is out of
    sight are not among them."""
    locality: bool = False
    """Extension: a learned penalty on distance in the refinement's correspondences."""
    likeness: bool = False
    """Extension: the refinement sees how well each reference explains a position."""
    others: bool = False
    """Extension: the refinement of an object sees what the others' coarse, aligned first and
    aligned previous masks cover together. With one object there is nothing to see.

    What one object does not have, another may have: two that touch are told apart by both."""
    ridge: bool = False
    """Extension: the refinement sees by a ridge regression, solved for each object on its keyframe
    and the previous frame, what tells it from the rest of the video."""

    def __post_init__(self) -> None:
        check_settings(self)
        if self.backbone not in BACKBONES:
            raise InputError(
                f"the backbone is '{self.backbone}', which is none that ovos builds; it must be "
                f"one of {', '.join(BACKBONES)}"
            )
        if self.first_floor >= 1:
            raise InputError(f"first floor is {self.first_floor}; it must be below 1")
        if self.memory_max is not None and self.memory_max < 2:
            raise InputError(
                f"memory max is {self.memory_max}; it must be 2 or more (first and previous frame)"
            )
        unknown = set(self.object_levels) - {"f4", "f8", "f16"}
        if unknown or not self.object_levels:
            raise InputError(f"object levels {self.object_levels} must be among f4, f8, f16")
        if self.object_channels % 2:
            raise InputError(
                f"base channels {self.base_channels} give objects {self.object_channels} channels "
                f"(of {', '.join(self.object_levels)}); it must be an even number, half of them "
                "sines and half cosines of the temporal embedding"
            )

    @property
    def object_channels(self) -> int:
        """C, the channels of an object's features."""
        widths = dict(zip(("f4", "f8", "f16"), self.base_channels, strict=True))
        return sum(widths[level] for level in self.object_levels)

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed. Unknown names raise TypeError."""
        return dataclasses.replace(self, **changes)

    def override(self, settings: list[str]) -> Self:
        """Return a copy changed by texts like `use_aoa=false` (values as in TOML).

        Raises:
            InputError: a key is unknown or a value cannot be read.
        """
        values = self.to_dict()
        for setting in settings:
            key, _, text = setting.partition("=")
            if key not in values:
                raise InputError(f"there is no setting '{key}'; there are: {', '.join(values)}")
            values[key] = toml_value(text)
        return self.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in dataclasses.asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Rebuild a config from `to_dict`'s output.

        Raises:
            InputError: a key is unknown or a value cannot be used.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - names)
        if unknown:
            raise InputError(
                f"the model configuration has unknown keys: {', '.join(unknown)}; "
                "the file comes from another version of ovos"
            )
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        for key, kind in (("memory_policy", MemoryPolicy), ("proposals", ProposalSource)):
            if fields.get(key) in list(kind):  # what is not is refused with the other fields
                fields[key] = kind(fields[key])
        try:
            return cls(**fields)
        except TypeError as error:
            raise InputError(f"the model configuration cannot be used: {error}") from error
