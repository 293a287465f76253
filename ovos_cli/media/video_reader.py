"""Frames of a video file, decoded by PyAV."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import InputError
from ovos_cli.media.frame import Frame, Image

_FALLBACK_RATE = Fraction(25)
_STATING = {"mov", "matroska", "flv", "asf", "avi"}
"""Formats whose header states the length; of others FFmpeg says the length of what is there."""
_SLACK = Fraction(1, 4)
"""Seconds by which the header of a healthy file may be off, if that is more than three frames."""


class VideoReader:
    """Reads any file that FFmpeg decodes; rotation applied, index in decode order."""

    def __init__(self, path: Path, start: int = 0, end: int | None = None) -> None:
        """Open nothing yet but check that the file is a video.

        Raises:
            InputError: not a video, or no video stream.
        """
        self.path, self.start, self.end, self.counted = path, start, end, False
        self.warnings: list[str] = []
        self.aspect: Fraction | None = None
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
        self.names = None if total is None else _stems(total)

    @property
    def whole(self) -> bool:
        """See `FrameReader`."""
        return not self.warnings

    def covers(self, stem: str) -> bool:
        """Whether the name is a number from `start` to `end`."""
        if not stem.isdecimal():
            return False
        return self.start <= int(stem) and (self.end is None or int(stem) <= self.end)

    def __iter__(self) -> Iterator[Frame]:
        """Decode; damage and a missing end are reported in `warnings`, not raised.

        Raises:
            InputError: not a single frame can be decoded.
        """
        self.warnings.clear()
        index, origin, flawed = -1, Fraction(0), False
        try:
            with av.open(str(self.path)) as container:
                for index, decoded in enumerate(self._decoded(container)):
                    if self.end is not None and index > self.end:
                        return
                    moment = _moment(decoded, index, self.rate)
                    origin = moment if index == 0 else origin
                    if index == 0:
                        self.aspect = _aspect(container.streams.video[0], decoded)
                    if decoded.is_corrupt and not flawed:
                        flawed = True
                        self.warnings.append(f"{self.path.name} is damaged at frame {index}")
                    if index >= self.start:
                        yield Frame(index, _stem(index), upright(decoded), moment - origin)
                    if index == self.end:
                        return
        except (av.error.FFmpegError, OSError) as error:
            if index < 0:
                raise InputError(f"{self.path}: no frame can be decoded ({error})") from error
            self.warnings.append(
                f"{self.path.name} is damaged after frame {index}; the frames before it were used"
            )
        if index < 0:
            raise InputError(f"{self.path} holds no frame")
        if self.whole:
            self.names = _stems(index + 1)

    def _decoded(self, container: InputContainer) -> Iterator[av.VideoFrame]:
        """Every frame up to the first error, which is raised after those the decoder holds."""
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        reached, torn = Fraction(0), False
        try:
            # Sound counts too: where it goes on after the last frame, the file has its end.
            for packet in container.demux():
                if packet.pts is not None:
                    reached = max(reached, (packet.pts + (packet.duration or 0)) * packet.time_base)
                if packet.stream.index == stream.index:  # the last packets have no own index
                    torn = packet.is_corrupt if packet.size else torn
                    yield from stream.decode(packet)
        except (av.error.FFmpegError, OSError):
            with suppress(av.error.FFmpegError):
                yield from stream.decode()
            raise
        stated = _stated_length(container, stream)
        if torn or reached + max(_SLACK, 3 / self.rate) < stated:
            length = f" ({float(reached):.2f} s of {float(stated):.2f} s are there)"
            self.warnings.append(
                f"{self.path.name} is cut off: its last frames are missing"
                f"{length if stated else ''}; the frames before them were used"
            )


def _stem(index: int) -> str:
    return f"{index:05d}"


def _stems(count: int) -> list[str]:
    return [_stem(index) for index in range(count)]


def upright(decoded: av.VideoFrame) -> Image:
    """RGB pixels with the container's rotation applied."""
    pixels = decoded.to_ndarray(format="rgb24")
    turns = round(decoded.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)).astype(np.uint8, copy=False)


def _aspect(stream: VideoStream, decoded: av.VideoFrame) -> Fraction | None:
    stored = stream.sample_aspect_ratio
    if not stored or stored == 1:
        return None
    return 1 / stored if round(decoded.rotation / 90) % 2 else stored


def _moment(decoded: av.VideoFrame, index: int, rate: Fraction) -> Fraction:
    if decoded.pts is None or decoded.time_base is None:
        return index / rate
    return decoded.pts * decoded.time_base


def _stated_length(container: InputContainer, stream: VideoStream) -> Fraction:
    """Seconds that the file should last; 0 where it does not say."""
    formats = set(container.format.name.split(","))
    if "avi" in formats and stream.average_rate:
        return stream.frames / stream.average_rate  # FFmpeg shortens the duration of a cut file
    if formats & _STATING and container.duration:
        return Fraction(container.duration, av.time_base)
    return Fraction(0)


def _span(total: int | None, start: int, end: int | None) -> int | None:
    if total is None:
        return None if end is None else end - start + 1
    last = total - 1 if end is None else min(end, total - 1)
    return max(0, last - start + 1)
