"""DMN-AOA: video object segmentation with dynamic memory and adaptive object alignment."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.config import MemoryPolicy, ModelConfig
    from models.errors import InputError, OvosError
    from models.hub.load import load_model
    from models.hub.presets import PRESETS
    from models.tracking.segmenter import FrameMasks, Segmenter
    from models.utils.precision import Precision

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

_HOMES = {
    "PRESETS": "hub.presets",
    "FrameMasks": "tracking.segmenter",
    "InputError": "errors",
    "MemoryPolicy": "config",
    "ModelConfig": "config",
    "OvosError": "errors",
    "Precision": "utils.precision",
    "Segmenter": "tracking.segmenter",
    "load_model": "hub.load",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Much of ovos only scores, reads or writes masks, some of it in many processes; none of that
    should wait for torch.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute '{name}'")
    return getattr(import_module(f"models.{_HOMES[name]}"), name)
