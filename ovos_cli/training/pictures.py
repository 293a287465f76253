"""Pictures of current predictions: a strip of frames for each sequence, on one sheet."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures

from models.training.data.pairs import Array
from models.utils.whole_file import write_whole
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.overlay import blend

_HEIGHT = 144


@dataclass
class Strip:
    """Overlays of one sequence, left to right."""

    name: str
    frames: list[Array] = field(default_factory=list)

    def add(self, image: Array, ids: Array) -> None:
        """Append an (H, W, 3) frame with its (H, W) ids."""
        shown = blend(image, ids, davis_palette())
        width = round(image.shape[1] * _HEIGHT / image.shape[0])
        small = cv2.resize(shown, (width, _HEIGHT), interpolation=cv2.INTER_AREA)
        self.frames.append(small.astype(np.uint8))


def write_sheet(strips: list[Strip], path: Path) -> None:
    """Write the strips one below the other as a PNG. Raises OvosError where it cannot."""
    rows = [np.concatenate(strip.frames, axis=1) for strip in strips if strip.frames]
    if not rows:
        return
    width = max(row.shape[1] for row in rows)
    sheet = np.concatenate([np.pad(r, ((0, 2), (0, width - r.shape[1]), (0, 0))) for r in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: Pictures.fromarray(sheet).save(file, format="PNG"))
