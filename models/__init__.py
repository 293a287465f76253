"""DMN-AOA: video object segmentation with dynamic memory and adaptive object alignment."""

from models.config import MemoryPolicy, ModelConfig
from models.device import Precision
from models.errors import InputError, OvosError
from models.hub import load_model
from models.presets import PRESETS
from models.segmenter import FrameMasks, Segmenter

__all__ = [
    "PRESETS",
    "FrameMasks",
    "InputError",
    "MemoryPolicy",
    "ModelConfig",
    "OvosError",
    "Precision",
    "Segmenter",
    "load_model",
]
