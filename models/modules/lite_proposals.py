"""The lite object proposal generator: class-agnostic Mask R-CNN heads on shared features."""

import math
from collections import OrderedDict
from functools import partial

import torch
from torch import Tensor, nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool
from torchvision.ops.poolers import LevelMapper

from models.config import ModelConfig
from models.functional.regions import pool_rows, sums_of_rows
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals

_LEVELS = ("p8", "p16", "p32")
_HIDDEN = 256
_TRAINING_REGIONS = 300


class _FloatRPNHead(RPNHead):
    """Boxes are decoded in pixels, where bfloat16 would round to eights."""

    def forward(self, x: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        logits, offsets = super().forward(x)
        return [level.float() for level in logits], [level.float() for level in offsets]


class _FloatBoxPredictor(FastRCNNPredictor):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scores, offsets = super().forward(x)
        return scores.float(), offsets.float()


class _FloatMaskPredictor(MaskRCNNPredictor):
    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = super().forward(x)
        return logits.float()


class _RegionPooling(MultiScaleRoIAlign):
    """Of all levels at once where that is faster, with the same values up to rounding."""

    def forward(
        self, x: dict[str, Tensor], boxes: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> Tensor:
        maps = [x[name] for name in self.featmap_names]
        if not sums_of_rows(maps):
            pooled: Tensor = super().forward(x, boxes, image_shapes)
            return pooled
        strides = [image_shapes[0][0] // level.shape[2] for level in maps]
        mapper = LevelMapper(*(int(math.log2(strides[end])) for end in (0, -1)))
        image = torch.cat([torch.full((len(each),), i) for i, each in enumerate(boxes)])
        return pool_rows(
            [one for level in maps for one in level],
            mapper(boxes) * len(boxes) + image,
            torch.cat(boxes),
            [stride for stride in strides for _ in boxes],
            self.output_size[0],
            aligned=False,
        )


class LiteProposalGenerator(nn.Module):
    """Feature pyramid, region proposals, box and mask heads over raw f8, f16 and f32.

    One class, "object". NMS (paper, section 4.1) and top-n (3.1); score threshold 0 (DMM-Net).
    """

    def __init__(self, config: ModelConfig, raw_channels: list[int]) -> None:
        super().__init__()
        width = config.proposal_channels
        self.pyramid = FeaturePyramidNetwork(
            raw_channels[1:], width, LastLevelMaxPool(), partial(nn.GroupNorm, config.norm_groups)
        )
        anchors = AnchorGenerator(
            sizes=((32, 48), (64, 96), (128, 192), (256, 400)),
            aspect_ratios=((0.5, 1.0, 2.0),) * 4,
        )
        self.rpn = RegionProposalNetwork(
            anchors,
            _FloatRPNHead(width, anchors.num_anchors_per_location()[0]),
            fg_iou_thresh=0.7,
            bg_iou_thresh=0.3,
            batch_size_per_image=128,
            positive_fraction=0.5,
            pre_nms_top_n={"training": 600, "testing": 300},
            post_nms_top_n={"training": _TRAINING_REGIONS, "testing": config.proposal_regions},
            nms_thresh=0.7,
        )
        levels = list(_LEVELS)
        self.heads = RoIHeads(
            _RegionPooling(levels, output_size=7, sampling_ratio=2),
            TwoMLPHead(width * 7 * 7, _HIDDEN),
            _FloatBoxPredictor(_HIDDEN, num_classes=2),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.5,
            batch_size_per_image=64,
            positive_fraction=0.25,
            bbox_reg_weights=None,
            score_thresh=0.0,
            nms_thresh=config.proposal_nms,
            detections_per_img=config.max_proposals,
            mask_roi_pool=_RegionPooling(levels, output_size=14, sampling_ratio=2),
            mask_head=MaskRCNNHeads(width, (width,) * 3, dilation=1),
            mask_predictor=_FloatMaskPredictor(width, width, num_classes=2),
        )

    def _pyramid(self, features: FrameFeatures) -> tuple["OrderedDict[str, Tensor]", ImageList]:
        raw = OrderedDict(zip(_LEVELS, features.raw[1:], strict=True))
        maps = OrderedDict((name, level.float()) for name, level in self.pyramid(raw).items())
        batch = len(features.f16)
        # Region proposals read nothing of the images but their common size.
        blank = features.f16.new_empty(batch, 3, 1, 1).expand(-1, -1, *features.size)
        return maps, ImageList(blank, [features.size] * batch)

    def losses(
        self, frames: Tensor, features: FrameFeatures, targets: list[dict[str, Tensor]]
    ) -> dict[str, Tensor]:
        """Training losses by name.

        Args:
            frames: (B, 3, H, W), not read here: the heads look at the features.
            features: of the B frames.
            targets: for each frame boxes (K, 4), labels (K,) of ones and masks (K, H, W) uint8.
        """
        maps, images = self._pyramid(features)
        proposals, rpn_losses = self.rpn(images, maps, targets)
        _, head_losses = self.heads(maps, proposals, images.image_sizes, targets)
        return {**rpn_losses, **head_losses}

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects; see `ObjectProposalGenerator`."""
        maps, images = self._pyramid(features)
        regions, _ = self.rpn(images, maps)
        found, _ = self.heads(maps, regions, images.image_sizes)
        return [Proposals(f["boxes"], f["masks"][:, 0], f["scores"]) for f in found]
