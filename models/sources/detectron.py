"""Proposals of any instance segmenter of detectron2 (the paper's is X-101-32x8d-FPN).

detectron2 is optional, and on no package index: it is imported when it is asked for.
"""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.error import URLError

import torch
from torch import Tensor

from models.config import ModelConfig
from models.downloads import weights_folder
from models.errors import InputError
from models.functional.selection import best, crop, recut, tighten
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals

PAPERS_CONFIG = "COCO-InstanceSegmentation/mask_rcnn_X_101_32x8d_FPN_3x.yaml"
"""The model zoo's name of the paper's generator (section 3.1)."""

_HOW_TO_INSTALL = (
    "detectron2 is not installed. It is on no package index: with torch in place, run "
    "pip install 'setuptools<81' wheel, then pip install --no-build-isolation "
    "'git+https://github.com/facebookresearch/detectron2.git' (it compiles for minutes)"
)
_FULL_MASK_SIZE = 56
"""Side of soft masks cut out of whole-frame ones."""


def _detectron2() -> Any:
    try:
        import detectron2.checkpoint
        import detectron2.config
        import detectron2.model_zoo
        import detectron2.modeling
    except ImportError as error:
        raise InputError(_HOW_TO_INSTALL) from error
    return detectron2


def read_config(name: str) -> Any:
    """Read a configuration of the model zoo or of a file, set up as the paper selects.

    Args:
        name: of the zoo, such as `PAPERS_CONFIG`, or the path of a YAML file.

    Raises:
        InputError: detectron2 is missing, there is no such configuration, or it does not
            segment instances.
    """
    package = _detectron2()
    file = Path(name)
    if file.suffix == ".py":
        raise InputError(f"'{name}' is a Python configuration; detectron2's YAML ones can be used")
    config = package.config.get_cfg()
    try:
        if file.is_file():
            config.merge_from_file(str(file))
        else:
            config.merge_from_file(package.model_zoo.get_config_file(name))
            config.MODEL.WEIGHTS = package.model_zoo.get_checkpoint_url(name)
    except (RuntimeError, KeyError, ValueError, AssertionError, OSError) as error:
        raise InputError(
            f"detectron2 has no configuration '{name}' in its model zoo, and no file of that "
            f"name can be read ({error}). The paper's is {PAPERS_CONFIG}"
        ) from error
    if not config.MODEL.MASK_ON:
        raise InputError(
            f"the configuration '{name}' finds boxes without masks; choose one for instance "
            f"segmentation, such as {PAPERS_CONFIG}"
        )
    config.MODEL.ROI_HEADS.SCORE_THRESH_TEST = 0.0
    return config


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
            InputError: see `read_config`; or the weights are missing or cannot be fetched.
        """
        package = _detectron2()
        settings = read_config(name)
        weights = str(settings.MODEL.WEIGHTS)
        if not weights:
            raise InputError(f"the configuration '{name}' names no weights (MODEL.WEIGHTS)")
        kept = weights_folder(weights_dir) / Path(weights).name
        if kept.is_file():
            weights = str(kept)
        settings.MODEL.DEVICE = "cpu"  # moved to where the frames are
        model = package.modeling.build_model(settings)
        try:
            package.checkpoint.DetectionCheckpointer(model).load(weights)
        except (URLError, OSError, AssertionError) as error:
            raise InputError(
                f"the weights {weights} cannot be fetched or read ({error}). Put the file here as "
                f"{kept}, or name its folder with --weights-dir"
            ) from error
        return cls(model.eval(), str(settings.INPUT.FORMAT), config, str(settings))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of configuration and weights: the name of a file says nothing of its content."""
        digest = hashlib.sha256(self.settings.encode())
        for name, value in self.model.state_dict().items():
            digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

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
        return [self._select(f["instances"] if isinstance(f, dict) else f) for f in found]

    def _infer(self, inputs: list[dict[str, Tensor]]) -> list[Any]:
        """A plain R-CNN can stop at soft masks of regions; others give masks of the frame."""
        if type(self.model) is _detectron2().modeling.GeneralizedRCNN:
            return self.model.inference(inputs, do_postprocess=False)
        return self.model(inputs)

    def _select(self, instances: Any) -> Proposals:
        """From `Instances` with pred_boxes, scores and pred_masks to the paper's selection."""
        boxes, scores = instances.pred_boxes.tensor, instances.scores
        masks = instances.pred_masks
        masks = getattr(masks, "tensor", masks)  # ROIMasks and BitMasks hold one
        if masks.dtype == torch.bool or masks.shape[1:] == tuple(instances.image_size):
            cut, tight, present = crop(masks, _FULL_MASK_SIZE)
        else:  # (N, 1, S, S) or (N, S, S), soft, relative to their boxes
            masks = masks.flatten(0, 1) if masks.ndim == 4 else masks
            tight, present = tighten(boxes, masks)
            cut = recut(masks, boxes, tight)
        cut, tight, scores = cut[present], tight[present], scores[present]
        kept = best(tight, scores, self.nms, self.limit)
        return Proposals(tight[kept], cut[kept], scores[kept].clamp(0, 1))
