"""The paper's kind of proposals: a COCO Mask R-CNN, made class-agnostic (section 4.1)."""

import torch
from torch import Tensor, nn
from torchvision.models.detection import maskrcnn_resnet50_fpn
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import nms, roi_align

from models.config import ModelConfig
from models.functional.masks import mask_boxes
from models.modules.base_features import FrameFeatures
from models.proposals import Proposals

_TIGHT = 0.4
"""A proposal's box is the tight box of its mask above this value (DMM-Net)."""


class MaskRCNNProposalGenerator(nn.Module):
    """torchvision's Mask R-CNN; frames go in at the size they have inside the model."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.nms, self.limit = config.proposal_nms, config.max_proposals
        self.detector = maskrcnn_resnet50_fpn(
            weights=None, weights_backbone=None, box_score_thresh=0.0
        )
        self.mask_size = 28

    def propose(self, frames: Tensor, features: FrameFeatures) -> list[Proposals]:
        """Propose objects; see `ObjectProposalGenerator`. Always in float32."""
        detector = self.detector
        with torch.autocast(frames.device.type, enabled=False):
            mean = frames.new_tensor(detector.transform.image_mean).view(1, 3, 1, 1)
            std = frames.new_tensor(detector.transform.image_std).view(1, 3, 1, 1)
            images = ImageList((frames - mean) / std, [features.size] * len(frames))
            maps = detector.backbone(images.tensors)
            regions, _ = detector.rpn(images, maps)
            found, _ = detector.roi_heads(maps, regions, images.image_sizes)
        return [self._select(f["boxes"], f["masks"][:, 0], f["scores"]) for f in found]

    def _select(self, boxes: Tensor, masks: Tensor, scores: Tensor) -> Proposals:
        """Tighten boxes to their masks, drop overlaps whatever their class, keep the best."""
        if not len(boxes):
            return Proposals.empty(self.mask_size, boxes.device)
        size = masks.shape[-1]
        inner, present = mask_boxes(masks, _TIGHT)
        boxes, masks, scores, inner = (x[present] for x in (boxes, masks, scores, inner))
        cell = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2) / size
        tight = boxes[:, :2].repeat(1, 2) + inner * cell
        kept = nms(tight, scores, self.nms)[: self.limit]
        index = torch.arange(len(kept), device=boxes.device, dtype=torch.float32)
        rois = torch.cat([index[:, None], inner[kept]], dim=1)
        cropped = roi_align(masks[kept][:, None], rois, output_size=size, aligned=True)
        return Proposals(tight[kept], cropped[:, 0].clamp(0, 1), scores[kept])
