"""OpenEXR and DPX, frames of film and effects: decoded by FFmpeg, since Pillow knows neither."""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.pictures.opened import naming

_MOST_PIXELS = 178_956_970
"""Pillow's limit, for the pictures that it reads."""


def read_film(path: Path) -> Image.Image:
    """Read RGB or RGBA of 8 bits; linear light, which EXR holds, as sRGB, with 1 as white.

    Raises:
        InputError: missing, unreadable, or too large.
    """
    import av  # --help does not wait for it

    # Given its content, FFmpeg takes no part of a name for a protocol or a pattern.
    with (
        naming(path),
        av.open(BytesIO(path.read_bytes()), "r", metadata_errors="replace") as container,
    ):
        [stream] = container.streams.video
        if stream.width * stream.height > _MOST_PIXELS:
            raise Image.DecompressionBombError(f"{stream.width}x{stream.height}")
        frame = next(container.decode(stream))
        kind = frame.format.name
        if kind.startswith("gray") and "f" in kind:
            grey = _srgb(np.asarray(frame.to_ndarray(format="grayf32le"), np.float32))
            return Image.fromarray(grey).convert("RGB")
        if kind.startswith(("gbrpf", "gbrapf")):
            # Alpha is left out: EXR's colours are multiplied by it, and lie over black so.
            colours = np.asarray(frame.to_ndarray(format="gbrpf32le"), np.float32)
            return Image.fromarray(_srgb(colours))
        return Image.fromarray(frame.to_ndarray(format="rgba"))


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Encode light as sRGB does (IEC 61966-2-1)."""
    light = np.clip(np.nan_to_num(linear), 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)
