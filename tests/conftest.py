"""Clips and folders made on the spot: no binary that code can make is stored."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from models.hub.presets import preset
from models.hub.weights_file import save_weights
from models.network import DMNAOA
from ovos_cli.masks.palette import davis_palette

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_videos"


def picture(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """A frame whose left half is red and whose blue tells its index."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2, 0] = 200
    image[:, :, 2] = 10 * (index % 20)
    return image


def write_video(
    path: Path,
    frames: int = 6,
    *,
    width: int = 64,
    height: int = 48,
    codec: str = "libx264",
    times: Sequence[int] | None = None,
    rotation: int = 0,
    faststart: bool = False,
    title: str | None = None,
    draw: Callable[[int, int, int], NDArray[np.uint8]] = picture,
) -> Path:
    """Encode a clip; `times` are timestamps in thousandths of a second, 40 apart by default.

    faststart: an MP4's index comes first, so that a part of the file can be read.
    draw: makes a frame from its index, width and height.
    """
    moments = times or [40 * i for i in range(frames)]
    options = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", options=options) as container:
        if title is not None:
            container.metadata["title"] = title
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = width, height
        even = width % 2 == height % 2 == 0
        stream.pix_fmt = "yuv420p" if even else "yuv444p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for index, moment in enumerate(moments):
            frame = av.VideoFrame.from_ndarray(draw(index, width, height), format="rgb24")
            frame.pts, frame.time_base = moment, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_indexed(path: Path, ids: NDArray[np.uint8], palette: list[int] | None = None) -> Path:
    """Write an indexed PNG."""
    image = Image.fromarray(ids)
    image.putpalette(palette or davis_palette())
    image.save(path)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4")


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights file of a random lite model: for plumbing, not for masks."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    save_weights(DMNAOA(preset("lite")), path, {"training": "none"})
    return path
