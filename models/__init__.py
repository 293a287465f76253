"""DMN-AOA: video object segmentation with dynamic memory and adaptive object alignment.

What users of the library need is exported by `ovos_cli`.
"""

from typing import TYPE_CHECKING

from models.utils.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from models.config import MemoryPolicy, ModelConfig
    from models.errors import InputError, OvosError
    from models.hub.load import LoadedModel, load_model
    from models.hub.presets import PRESETS
    from models.tracking.segmenter import FrameMasks, PreparedFrame, Segmenter
    from models.utils.precision import Precision
else:  # type checkers would take any name for one that `__getattr__` knows
    __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "PRESETS": "models.hub.presets",
            "FrameMasks": "models.tracking.segmenter",
            "InputError": "models.errors",
            "LoadedModel": "models.hub.load",
            "MemoryPolicy": "models.config",
            "ModelConfig": "models.config",
            "OvosError": "models.errors",
            "Precision": "models.utils.precision",
            "PreparedFrame": "models.tracking.segmenter",
            "Segmenter": "models.tracking.segmenter",
            "load_model": "models.hub.load",
        },
    )

__all__ = [
    "PRESETS",
    "FrameMasks",
    "InputError",
    "LoadedModel",
    "MemoryPolicy",
    "ModelConfig",
    "OvosError",
    "Precision",
    "PreparedFrame",
    "Segmenter",
    "load_model",
]
