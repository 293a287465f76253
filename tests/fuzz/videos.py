"""Spoilt videos as sources: frames, the same whichever way they are read, or a clear refusal.

`nice python -m tests.fuzz.videos 5000` tries so many; the suite tries a few.
"""

import random
import tempfile
import time
import zlib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from models.errors import OvosError
from ovos_cli.media.open_source import open_source
from tests.fuzz import by_thousand
from tests.fuzz.by_thousand import WORDS

_MOST_SECONDS = 20.0
"""Of this process: others may keep the machine busy."""
_FRAMES, _MOST_READ = 10, 40
_LARGE = 2**24
"""Pixels; of frames that are larger, one is enough."""


@dataclass(frozen=True)
class _Kind:
    codec: str
    pixels: str = "yuv420p"
    size: tuple[int, int] = (64, 48)
    stream: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)


_QUIET = "log-level=none:keyint=5"
_ROWS = f"{_QUIET}:ctu=16:wpp=1:pools=2"
"""Rows of a frame are decoded at once, each by a thread of its own."""
_KINDS = {
    "a.mp4": _Kind("libx264", stream={"bf": "2"}),
    "fragments.mp4": _Kind("libx264", container={"movflags": "frag_keyframe+empty_moov"}),
    "a.mkv": _Kind("libx264", stream={"bf": "2"}),
    "a.ts": _Kind("libx264"),
    "a.flv": _Kind("libx264"),
    "a.h264": _Kind("libx264"),
    "hevc.mp4": _Kind("libx265", stream={"x265-params": _QUIET}),
    "hevc.mkv": _Kind("libx265", "yuv420p10le", stream={"x265-params": _QUIET}),
    "rows.mkv": _Kind("libx265", size=(64, 144), stream={"x265-params": _ROWS}),
    "a.webm": _Kind("libvpx-vp9", "yuva420p"),
    "a.ivf": _Kind("libvpx"),
    "a.avi": _Kind("mpeg4", stream={"bf": "2"}),
    "a.mpg": _Kind("mpeg2video"),
    "jpegs.avi": _Kind("mjpeg", "yuvj420p"),
    "a.mov": _Kind("prores_ks", "yuva444p10le"),
    "pngs.mov": _Kind("png", "rgba"),
    "lossless.mkv": _Kind("ffv1", size=(65, 49)),
    "a.y4m": _Kind("rawvideo"),
    "a.wmv": _Kind("wmv2"),
    "palette.mov": _Kind("png", "pal8"),
    "palette.avi": _Kind("msrle", "pal8"),
}
NAMES = list(_KINDS)


@cache
def good(name: str) -> bytes:
    """A small clip of a container and codec, by the name of its file."""
    kind = _KINDS[name]
    width, height = kind.size
    with tempfile.TemporaryDirectory(prefix="ovos-fuzz-") as folder:
        path = Path(folder) / name
        with av.open(str(path), "w", options=kind.container) as container:
            stream = container.add_stream(kind.codec, rate=25, options=kind.stream)
            stream.width, stream.height, stream.pix_fmt = width, height, kind.pixels
            stream.gop_size = 5
            for index in range(_FRAMES):
                image = np.random.default_rng(7).integers(60, 200, (height, width, 4), np.uint8)
                image[:, : 6 * index] = (200, 20 * index, 30, 255)
                frame = _frame(image, kind.pixels)
                frame.pts, frame.time_base = index, Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path.read_bytes()


def _frame(image: np.ndarray, pixels: str) -> av.VideoFrame:
    """A frame of RGBA, in 256 colours where there are no more."""
    if pixels != "pal8":
        return av.VideoFrame.from_ndarray(image, format="rgba")
    grey = np.arange(256, dtype=np.uint8)[:, None].repeat(4, 1)
    return av.VideoFrame.from_ndarray((np.ascontiguousarray(image[..., 0]), grey), format="pal8")


def spoilt(name: str, chance: random.Random) -> bytes:
    """Change a clip here and there, in its header as often as in its packets."""
    data = bytearray(good(name))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        first, last = chance.choice(((0, 100), (0, 1500), (-1500, len(data)), (0, len(data))))
        place = min(len(data) - 1, max(0, first % len(data)) + chance.randrange(max(1, last)))
        length = chance.choice((1, 4, 16, 200))
        match chance.randrange(9):
            case 0 | 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                data[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
            case 3:
                data[place : place + 4] = chance.choice(WORDS)
            case 4:
                data[place : place + length] = bytes(length)
            case 5:
                del data[place : place + length]
            case 6:
                data[place:place] = data[place : place + length]
            case 7:
                data[place + 1 :] = b"" if chance.random() < 0.5 else data[: len(data) // 2]
            case 8:
                other = good(chance.choice(NAMES))
                begin = chance.randrange(len(other))
                data[place : place + length] = other[begin : begin + length]
        data = data or bytearray(b"x")
    return bytes(data)


def try_one(path: Path, chance: random.Random) -> bool:
    """Read a source; whether it was taken. Raises AssertionError for all that is not right."""
    began, said = time.process_time(), path.name
    try:
        reader, times, sums, shapes = open_source(path), list[Fraction](), list[int](), set()
        for frame in reader:
            assert frame.image.dtype == np.uint8 and frame.index == len(times)
            times.append(frame.time)
            sums.append(zlib.crc32(frame.image))
            shapes.add(frame.image.shape)
            if len(times) == _MOST_READ or frame.image[..., 0].size > _LARGE:
                break
        assert times and times[0] >= 0 and all(a <= b for a, b in pairwise(times))
        [_] = shapes
        assert all("\n" not in text for text in reader.warnings)
        again = chance.randrange(len(times))
        alone = zlib.crc32(reader.frame(again).image)
        backward = [f.index for f in reader.between(0, again, backward=True)]
        assert backward == [*range(again, -1, -1)]
        assert alone == sums[again] or not reader.whole, "another frame, and nothing said"
        taken = True
    except OvosError as refusal:
        taken, said = False, str(refusal)
    assert path.name in said and "\n" not in said, said
    seconds = time.process_time() - began
    assert seconds < _MOST_SECONDS, f"{seconds:.1f} s"
    return taken


if __name__ == "__main__":
    by_thousand.run(NAMES, spoilt, try_one)
