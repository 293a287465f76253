"""The three sizes of the model, by the names that `--model` takes."""

from models.config import ModelConfig, ProposalSource
from models.errors import InputError

PRESETS: dict[str, ModelConfig] = {
    # Small enough for a laptop CPU, and trained. 8 groups instead of the paper's 32:
    # 32 groups over 32 channels would be instance normalization, which removes
    # each channel's mean and with it the evidence that an object is there at all.
    "lite": ModelConfig(
        name="lite",
        backbone="tf_efficientnet_lite2",
        base_channels=(24, 32, 96),
        object_levels=("f8", "f16"),
        roi_size=10,
        projection_channels=64,
        refine_channels=(32, 64, 128),
        refine_depth=(1, 2, 2),
        norm_groups=8,
        proposals=ProposalSource.LITE,
        roi_context=1.4,
        null_column=True,
        null_overlap=0.58,
        matching_iou_weight=0.3,
        template_proposal=True,
        template_agreement=0.6,
        recency=5.0,
        guard=2.0,
        first_floor=0.2,
        refine_memory=8,
        locality=True,
        likeness=True,
        others=True,
        ridge=True,
    ),
    "r50": ModelConfig(name="r50", backbone="resnet50"),
    "r101": ModelConfig(name="r101", backbone="resnet101"),
}


def preset(name: str) -> ModelConfig:
    """Return the preset called `name`.

    Raises:
        InputError: there is no such preset.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise InputError(
            f"there is no model '{name}'; choose one of: {', '.join(PRESETS)}"
        ) from None
