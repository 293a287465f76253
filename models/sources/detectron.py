"""Proposals of any instance segmenter of detectron2 (the paper's is ResNeXt-101-FPN)."""

from functools import cached_property
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from models.config import ModelConfig
from models.errors import InputError
from models.functional.selection import best, crop, instances_for, recut, tighten
from models.hub.downloads import weights_folder
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals
from models.sources.detectron_config import (
    PAPERS_CONFIG,
    import_detectron2,
    read_config,
    said,
)
from models.sources.digest import module_digest

_CONFIGURED = ("pixel_mean", "pixel_std", "cell_anchors")
"""Buffers that the configuration fills; older checkpoints hold them as well."""


def _fill(model: Any, checkpointer: Any, weights: str, kept: Path) -> None:
    """Load weights; the checkpointer itself only notes in a log what it leaves as it was.

    Raises:
        InputError: they cannot be fetched or read, or leave a part of the model unfilled.
    """
    for value in _learned(model).values():
        value.fill_(float("nan"))  # which no weights are
    try:
        checkpointer.load(weights)
    except Exception as error:  # unpickling alone raises a dozen kinds for damaged bytes
        raise InputError(
            f"the weights {weights} cannot be fetched or read ({said(error)}). Put the whole file "
            f"here as {kept}, or name its folder with --weights-dir"
        ) from error
    unfilled = [name for name, value in _learned(model).items() if value.isnan().any()]
    if unfilled:
        more = f" and {len(unfilled) - 1} more" if len(unfilled) > 1 else ""
        raise InputError(
            f"the weights {weights} do not fill the model: {unfilled[0]}{more} would be random. "
            "Name weights of this whole model in the configuration"
        )


def _learned(model: Any) -> dict[str, Tensor]:
    """Weights and statistics by name, in the model's own memory."""
    return {
        name: value
        for name, value in model.state_dict().items()
        if value.is_floating_point() and not any(word in name for word in _CONFIGURED)
    }


def _instances(found: Any) -> Any:
    """The instances of a frame: alone, or beside results of other kinds.

    Raises:
        InputError: the model finds none, or no masks of them.
    """
    instances = found.get("instances") if isinstance(found, dict) else found
    if not hasattr(instances, "pred_masks") or not hasattr(instances, "pred_boxes"):
        raise InputError(
            "this model of detectron2 finds no instances with boxes and masks; choose a "
            f"configuration for instance segmentation, such as {PAPERS_CONFIG}"
        )
    return instances


class Detectron2Proposals:
    """A detectron2 model as proposal generator; frames keep the size they have in `ovos`."""

    def __init__(
        self, model: Any, input_format: str, config: ModelConfig, settings: str = ""
    ) -> None:
        """Wrap a model.

        Args:
            model: built by detectron2, in evaluation mode.
            input_format: its configuration's INPUT.FORMAT, BGR or RGB.
            config: of the network that the proposals are for.
            settings: its whole configuration as text.
        """
        self.model, self.bgr, self.settings = model, input_format == "BGR", settings
        self.nms, self.limit = config.proposal_nms, config.max_proposals

    @classmethod
    def load(cls, name: str, config: ModelConfig, weights_dir: Path | None = None) -> Self:
        """Build a model and load the weights that its configuration names.

        Args:
            name: see `read_config`.
            config: of the network that the proposals are for.
            weights_dir: looked into first for the file that the configuration names.

        Raises:
            InputError: see `read_config`; or the weights are missing, damaged, of a part of the
                model only, or cannot be fetched.
        """
        package = import_detectron2()
        settings = read_config(name)
        weights = settings.weights
        if not weights:
            raise InputError(
                f"the configuration '{name}' names no weights (MODEL.WEIGHTS; of a Python "
                "configuration, train.init_checkpoint)"
            )
        if "ImageNetPretrained" in weights:
            raise InputError(
                f"the configuration '{name}' names weights of a backbone ({weights}): the heads "
                "would be random. Name those of the whole model there"
            )
        kept = weights_folder(weights_dir) / Path(weights).name
        # A file that the user named is meant, whatever torch's cache has under its name.
        if kept.is_file() and (weights_dir is not None or not Path(weights).is_file()):
            weights = str(kept)
        try:
            model = settings.build(instances_for(config.max_proposals))
        except Exception as error:  # of whatever the configuration calls
            raise InputError(
                f"the model of the configuration '{name}' cannot be built: {said(error)}"
            ) from error
        _fill(model, package.checkpoint.DetectionCheckpointer(model), weights, kept)
        return cls(model, settings.input_format, config, str(settings))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of configuration and weights."""
        return module_digest(self.model, self.settings)

    @torch.no_grad()
    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects; see `ObjectProposalGenerator`. Always in float32."""
        self.model.to(frames.device)
        pixels = frames.float() * 255
        if self.bgr:
            pixels = pixels.flip(1)
        inputs = [{"image": image} for image in pixels]
        with torch.autocast(frames.device.type, enabled=False):
            found = self._infer(inputs)
        return [self._select(_instances(f)) for f in found]

    def _infer(self, inputs: list[dict[str, Tensor]]) -> list[Any]:
        """A plain R-CNN can stop at soft masks of regions; others give masks of the frame."""
        if type(self.model) is import_detectron2().modeling.GeneralizedRCNN:
            return self.model.inference(inputs, do_postprocess=False)
        return self.model(inputs)

    def _select(self, instances: Any) -> Proposals:
        """From `Instances` with pred_boxes, scores and pred_masks to the paper's selection."""
        boxes, scores = instances.pred_boxes.tensor, instances.scores
        masks = instances.pred_masks
        masks = getattr(masks, "tensor", masks)  # ROIMasks and BitMasks hold one
        if masks.dtype == torch.bool or masks.shape[1:] == tuple(instances.image_size):
            cut, tight, present = crop(masks)
        else:  # (N, 1, S, S) or (N, S, S), soft, relative to their boxes
            # Without a score threshold, boxes that were clipped to nothing are among them.
            extended = (boxes[:, 2:] > boxes[:, :2]).all(dim=1)
            boxes, scores, masks = boxes[extended], scores[extended], masks[extended]
            masks = masks.flatten(0, 1) if masks.ndim == 4 else masks
            tight, present = tighten(boxes, masks)
            cut = recut(masks, boxes, tight)
        cut, tight, scores = cut[present], tight[present], scores[present]
        kept = best(tight, scores, self.nms, self.limit)
        return Proposals(tight[kept], cut[kept], scores[kept].clamp(0, 1))
