"""OpenEXR and DPX, frames of film and effects: decoded by FFmpeg, since Pillow knows neither."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.opened import MOST_PIXELS, naming

if TYPE_CHECKING:
    import av


def read_film(path: Path) -> Image.Image:
    """Read RGB or RGBA of 8 bits; linear light, which EXR holds, as sRGB, with 1 as white.

    Raises:
        InputError: missing, unreadable, or too large.
    """
    with naming(path):
        frame = _only_frame(path)
        if not _is_linear(frame):
            return Image.fromarray(frame.to_ndarray(format="rgba"))
        # Alpha is left out: EXR's colours are multiplied by it, and lie over black so.
        return Image.fromarray(_srgb(_linear(frame))).convert("RGB")


def read_film_matte(path: Path) -> Image.Image:
    """Read what may be a matte: of EXR its alpha, where something is transparent, else its grey.

    Returns:
        Floats as they are stored; what is in colour, and DPX, as `read_film` gives it.

    Raises:
        InputError: missing, unreadable, or too large.
    """
    with naming(path):
        frame = _only_frame(path)
        if not _is_linear(frame):
            return Image.fromarray(frame.to_ndarray(format="rgba"))
        if frame.format.name.startswith("gbrap"):
            alpha = np.asarray(frame.to_ndarray(format="gbrapf32le"), np.float32)[..., 3]
            if (alpha != 1).any():
                return Image.fromarray(np.ascontiguousarray(alpha))
        values = _linear(frame)
        if values.ndim == 2 or (values == values[..., :1]).all():
            return Image.fromarray(
                np.ascontiguousarray(values.reshape(*values.shape[:2], -1)[..., 0])
            )
        return Image.fromarray(_srgb(values))


def _only_frame(path: Path) -> "av.VideoFrame":
    import av  # --help does not wait for it

    # Given its content, FFmpeg takes no part of a name for a protocol or a pattern.
    content = BytesIO(path.read_bytes())
    with av.open(content, "r", metadata_errors="replace") as container:
        [stream] = container.streams.video
        if stream.width * stream.height > MOST_PIXELS:
            raise Image.DecompressionBombError(f"{stream.width}x{stream.height}")
        try:
            return next(container.decode(stream))
        except av.error.PatchWelcomeError as error:
            raise InputError(
                f"{path} holds channels or parts that FFmpeg does not read of OpenEXR and DPX; "
                "save it with R, G, B (and A), or Y alone, in one part, or as PNG"
            ) from error


def _is_linear(frame: "av.VideoFrame") -> bool:
    kind = frame.format.name
    return kind.startswith(("gbrpf", "gbrapf")) or (kind.startswith("gray") and "f" in kind)


def _linear(frame: "av.VideoFrame") -> NDArray[np.float32]:
    """(H, W) or (H, W, 3) as they are stored."""
    kind = "grayf32le" if frame.format.name.startswith("gray") else "gbrpf32le"
    return np.asarray(frame.to_ndarray(format=kind), np.float32)


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Encode light as sRGB does (IEC 61966-2-1)."""
    light = np.clip(np.nan_to_num(linear), 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)
