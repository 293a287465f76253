"""A small, randomly initialised detectron2 model. Imported only where detectron2 is."""

import torch

from models.config import ModelConfig
from models.sources.detectron import Detectron2Proposals, read_config


def small_detectron(config: ModelConfig, name: str | None = None) -> Detectron2Proposals:
    """The model zoo's Mask R-CNN R50-FPN, narrowed; its scores spread as rounding is not."""
    from detectron2.modeling import build_model

    settings = read_config(name or "COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.yaml")
    settings.MODEL.DEVICE = "cpu"
    settings.MODEL.RESNETS.DEPTH = 18
    settings.MODEL.RESNETS.RES2_OUT_CHANNELS = 64
    settings.MODEL.FPN.OUT_CHANNELS = 32
    settings.MODEL.ROI_BOX_HEAD.FC_DIM = 64
    settings.MODEL.ROI_MASK_HEAD.CONV_DIM = 32
    settings.MODEL.ROI_HEADS.NUM_CLASSES = 5
    torch.manual_seed(0)
    model = build_model(settings).eval()
    model.roi_heads.box_predictor.cls_score.weight.data.mul_(30)
    return Detectron2Proposals(model, settings.INPUT.FORMAT, config)
