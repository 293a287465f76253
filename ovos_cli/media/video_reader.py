"""Frames of a video file, decoded by PyAV."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np

from models.errors import InputError
from ovos_cli.media.frame import Frame, Image

_FALLBACK_RATE = Fraction(25)


class VideoReader:
    """Reads any file that FFmpeg decodes; rotation applied, index in decode order."""

    def __init__(self, path: Path, start: int = 0, end: int | None = None) -> None:
        """Open nothing yet but check that the file is a video.

        Raises:
            InputError: not a video, or no video stream.
        """
        self.path, self.start, self.end = path, start, end
        self.warnings: list[str] = []
        try:
            with av.open(str(path)) as container:
                if not container.streams.video:
                    raise InputError(f"{path} has no video stream")
                stream = container.streams.video[0]
                self.rate = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
                total = stream.frames or None
        except (av.error.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{path} is not a video that FFmpeg can read ({reason})") from error
        self.estimate = _span(total, start, end)

    def __iter__(self) -> Iterator[Frame]:
        """Decode; a damaged end is reported in `warnings`, not raised.

        Raises:
            InputError: not a single frame can be decoded.
        """
        index = -1
        try:
            with av.open(str(self.path)) as container:
                stream = container.streams.video[0]
                stream.thread_type = "AUTO"
                origin: Fraction | None = None
                for index, decoded in enumerate(container.decode(stream)):
                    if self.end is not None and index > self.end:
                        return
                    moment = _moment(decoded, index, self.rate)
                    origin = moment if origin is None else origin
                    if index >= self.start:
                        yield Frame(index, f"{index:05d}", upright(decoded), moment - origin)
        except (av.error.FFmpegError, OSError) as error:
            if index < 0:
                raise InputError(f"{self.path}: no frame can be decoded ({error})") from error
            self.warnings.append(
                f"{self.path.name} is damaged after frame {index}; the frames before it were used"
            )
        if index < 0:
            raise InputError(f"{self.path} holds no frame")


def upright(decoded: av.VideoFrame) -> Image:
    """RGB pixels with the container's rotation applied."""
    pixels = decoded.to_ndarray(format="rgb24")
    turns = round(decoded.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)).astype(np.uint8, copy=False)


def _moment(decoded: av.VideoFrame, index: int, rate: Fraction) -> Fraction:
    if decoded.pts is None or decoded.time_base is None:
        return index / rate
    return decoded.pts * decoded.time_base


def _span(total: int | None, start: int, end: int | None) -> int | None:
    if total is None:
        return None if end is None else end - start + 1
    last = total - 1 if end is None else min(end, total - 1)
    return max(0, last - start + 1)
