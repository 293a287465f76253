"""DMN-AOA: video object segmentation with dynamic memory and adaptive object alignment."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.config import MemoryPolicy, ModelConfig
    from models.errors import InputError, OvosError
    from models.hub import load_model
    from models.precision import Precision
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

_HOMES = {
    "PRESETS": "presets",
    "FrameMasks": "segmenter",
    "InputError": "errors",
    "MemoryPolicy": "config",
    "ModelConfig": "config",
    "OvosError": "errors",
    "Precision": "precision",
    "Segmenter": "segmenter",
    "load_model": "hub",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Much of ovos only scores, reads or writes masks, some of it in many processes; none of that
    should wait for torch.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute '{name}'")
    return getattr(import_module(f"models.{_HOMES[name]}"), name)
