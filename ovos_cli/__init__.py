"""Video object segmentation from a mask: the `ovos` command, and all that it exports to Python.

>>> from ovos_cli import segment_video
>>> segment_video("video.mp4", "first.png")

`open_shot` takes masks at any frame, and computes again only what a correction changes; `Segmenter`
goes frame by frame; `export_shot` hands masks over to other programs. `import ovos_cli` alone is
quick: torch is loaded when a name that needs it is first used.
"""

from typing import TYPE_CHECKING

from ovos_cli.beside import import_models

import_models()

import models  # noqa: E402
from models.utils.lazy_exports import lazy_exports  # noqa: E402

if TYPE_CHECKING:
    from models import (
        PRESETS,
        FrameMasks,
        InputError,
        LoadedModel,
        MemoryPolicy,
        ModelConfig,
        OvosError,
        Precision,
        PreparedFrame,
        Segmenter,
        load_model,
    )
    from ovos_cli.exported_shot import ExportedShot, export_shot
    from ovos_cli.shot.meeting import FinalMasks
    from ovos_cli.shot.open_shot import open_shot
    from ovos_cli.shot.shot import Shot, ShotFrame
    from ovos_cli.whole_video import SegmentedVideo, segment_video
else:
    _OWN = {
        "ExportedShot": "ovos_cli.exported_shot",
        "FinalMasks": "ovos_cli.shot.meeting",
        "SegmentedVideo": "ovos_cli.whole_video",
        "Shot": "ovos_cli.shot.shot",
        "ShotFrame": "ovos_cli.shot.shot",
        "export_shot": "ovos_cli.exported_shot",
        "open_shot": "ovos_cli.shot.open_shot",
        "segment_video": "ovos_cli.whole_video",
    }
    __getattr__, __dir__ = lazy_exports(__name__, dict.fromkeys(models.__all__, "models") | _OWN)

__version__ = "0.2.0"

__all__ = [
    "PRESETS",
    "ExportedShot",
    "FinalMasks",
    "FrameMasks",
    "InputError",
    "LoadedModel",
    "MemoryPolicy",
    "ModelConfig",
    "OvosError",
    "Precision",
    "PreparedFrame",
    "SegmentedVideo",
    "Segmenter",
    "Shot",
    "ShotFrame",
    "export_shot",
    "load_model",
    "open_shot",
    "segment_video",
]
