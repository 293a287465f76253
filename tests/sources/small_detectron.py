"""A small, randomly initialised detectron2 model. Imported only where detectron2 is."""

import torch
from detectron2.layers import ShapeSpec

from models.config import ModelConfig
from models.sources.detectron import Detectron2Proposals
from models.sources.detectron_config import PythonConfiguration, YamlConfiguration, read_config


def small_detectron(config: ModelConfig) -> Detectron2Proposals:
    """The model zoo's Mask R-CNN R50-FPN, narrowed."""
    settings = read_config("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.yaml")
    assert isinstance(settings, YamlConfiguration)
    model = settings.node.MODEL
    model.RESNETS.DEPTH = 18
    model.RESNETS.RES2_OUT_CHANNELS = 64
    model.FPN.OUT_CHANNELS = 32
    model.ROI_BOX_HEAD.FC_DIM = 64
    model.ROI_MASK_HEAD.CONV_DIM = 32
    model.ROI_HEADS.NUM_CLASSES = 5
    return _built(settings, config)


def small_python_detectron(config: ModelConfig) -> Detectron2Proposals:
    """The same from the model zoo's Python configuration."""
    settings = read_config("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.py")
    assert isinstance(settings, PythonConfiguration)
    model = settings.node.model
    model.backbone.bottom_up.stages.depth = 18
    del model.backbone.bottom_up.stages.stride_in_1x1
    model.backbone.out_channels = 32
    model.proposal_generator.head.in_channels = 32
    heads = model.roi_heads
    heads.num_classes = 5
    heads.box_head.input_shape = ShapeSpec(channels=32, height=7, width=7)
    heads.box_head.fc_dims = [64, 64]
    heads.box_predictor.input_shape = ShapeSpec(channels=64)
    heads.mask_head.input_shape = ShapeSpec(channels=32, height=14, width=14)
    heads.mask_head.conv_dims = [32] * 5
    return _built(settings, config)


def _built(
    settings: YamlConfiguration | PythonConfiguration, config: ModelConfig
) -> Detectron2Proposals:
    torch.manual_seed(0)
    model = settings.build(100)
    # Scores then spread as rounding does not.
    model.roi_heads.box_predictor.cls_score.weight.data.mul_(30)
    return Detectron2Proposals(model, settings.input_format, config, str(settings))
