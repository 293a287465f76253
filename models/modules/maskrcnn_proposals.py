"""The paper's kind of proposals: a COCO Mask R-CNN's (section 3.1), here without their classes."""

from typing import Self

import torch
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN, maskrcnn_resnet50_fpn_v2
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FrozenBatchNorm2d

from models.config import ModelConfig, ProposalSource
from models.functional.selection import best, instances_for, recut, tighten
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals

_COCO_CLASSES = 91
"""Of torchvision's COCO heads, background included."""


class MaskRCNNProposalGenerator(nn.Module):
    """torchvision's Mask R-CNN; frames go in at the size they have inside the model.

    Batch normalization is frozen, as in torchvision's own recipe, and so are the stem and the
    first stage of its backbone. All in float32.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.nms, self.limit = config.proposal_nms, config.max_proposals
        v2 = config.proposals is ProposalSource.MASKRCNN_R50_V2
        kept = instances_for(self.limit)
        self.detector: MaskRCNN = _r50_v2(kept) if v2 else _r50(kept)
        self.requires_grad_(True)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let everything learn but the stem and the first stage; or nothing."""
        super().requires_grad_(requires_grad)
        for name, parameter in self.detector.backbone.body.named_parameters():
            if name.startswith(("conv1.", "bn1.", "layer1.")):
                parameter.requires_grad_(False)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set the mode of everything but batch normalization."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def _maps(self, frames: Tensor) -> tuple[ImageList, dict[str, Tensor]]:
        transform = self.detector.transform
        mean = frames.new_tensor(transform.image_mean).view(1, 3, 1, 1)
        std = frames.new_tensor(transform.image_std).view(1, 3, 1, 1)
        size = (frames.shape[-2], frames.shape[-1])
        images = ImageList((frames - mean) / std, [size] * len(frames))
        return images, self.detector.backbone(images.tensors)

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects; see `ObjectProposalGenerator`."""
        with torch.autocast(frames.device.type, enabled=False):
            images, maps = self._maps(frames)
            regions, _ = self.detector.rpn(images, maps)
            found, _ = self.detector.roi_heads(maps, regions, images.image_sizes)
        return [self._select(f["boxes"], f["masks"][:, 0], f["scores"]) for f in found]

    def _select(self, boxes: Tensor, masks: Tensor, scores: Tensor) -> Proposals:
        """Tighten boxes to their masks, drop overlaps whatever their class, keep the best."""
        tight, present = tighten(boxes, masks)
        boxes, masks, scores, tight = (x[present] for x in (boxes, masks, scores, tight))
        kept = best(tight, scores, self.nms, self.limit)
        cut = recut(masks[kept], boxes[kept], tight[kept])
        return Proposals(tight[kept], cut, scores[kept].clamp(0, 1))

    def losses(
        self, frames: Tensor, features: FrameFeatures | None, targets: list[dict[str, Tensor]]
    ) -> dict[str, Tensor]:
        """torchvision's training losses by name, for objects without a class.

        The COCO heads have a box and a mask for each of 90 classes, and video object
        segmentation has no classes. So each object takes the class that the head itself finds
        most likely in the object's own box: what is trained is then what is used later. A new
        head with one class would have to be learned from nothing.

        Args:
            frames: (B, 3, H, W) RGB in [0, 1].
            features: not read; this generator has a backbone of its own.
            targets: for each frame boxes (K, 4), labels (K,), which are not read, and masks
                (K, H, W) uint8.
        """
        detector = self.detector
        with torch.autocast(frames.device.type, enabled=False):
            images, maps = self._maps(frames)
            boxes = [target["boxes"] for target in targets]
            labels = self._likely_classes(maps, boxes, images.image_sizes)
            labelled = [{**t, "labels": own} for t, own in zip(targets, labels, strict=True)]
            regions, rpn_losses = detector.rpn(images, maps, labelled)
            _, head_losses = detector.roi_heads(maps, regions, images.image_sizes, labelled)
        return {**rpn_losses, **head_losses}

    @torch.no_grad()
    def _likely_classes(
        self, maps: dict[str, Tensor], boxes: list[Tensor], sizes: list[tuple[int, int]]
    ) -> tuple[Tensor, ...]:
        """The most likely COCO class, 1 to 90, of each of the (K, 4) boxes of each frame."""
        heads = self.detector.roi_heads
        scores, _ = heads.box_predictor(heads.box_head(heads.box_roi_pool(maps, boxes, sizes)))
        return (scores[:, 1:].argmax(dim=1) + 1).split([len(b) for b in boxes])


def _r50(kept: int) -> MaskRCNN:
    """As torchvision builds it for its COCO weights; only then does it freeze the norms."""
    backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=FrozenBatchNorm2d
    )
    detector = MaskRCNN(backbone, _COCO_CLASSES, box_score_thresh=0.0, box_detections_per_img=kept)
    for module in detector.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = 0.0  # what these weights were trained with
    return detector


def _r50_v2(kept: int) -> MaskRCNN:
    return maskrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, box_score_thresh=0.0, box_detections_per_img=kept
    )
