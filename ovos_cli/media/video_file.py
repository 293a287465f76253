"""A video file, opened by FFmpeg: its container, and what it says of the stream that is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import InputError

_FALLBACK_RATE = Fraction(25)
_STATING = {"mov", "matroska", "flv", "asf", "avi"}
"""Formats whose header states the length; of others FFmpeg says the length of what is there."""
_JOINED = {"mpegts", "mpeg", "hls"}
"""Formats that recorders join by putting one file behind the other."""
_DISCONTINUITY, _LEAP = Fraction(10), Fraction(600)
"""Seconds between frames that are a jump of the clock, in those and in others."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a container says of the stream; often wrong.

    rate: frames per second. frames: how many, None if unknown. tick: seconds in a unit of the
    timestamps. leap: seconds between two frames that are no pause but a jump of the clock.
    aspect: width over height of a stored pixel; None or 0 if unknown.
    """

    rate: Fraction
    frames: int | None
    tick: Fraction
    leap: Fraction
    aspect: Fraction | None


class VideoFile:
    """The stream that is read of a file."""

    def __init__(self, path: Path) -> None:
        """Check that the file is a video.

        Raises:
            InputError: not a video, or no video stream.
        """
        self.path = path
        with self.opened() as (container, stream):
            rate = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
            self.stated = Stated(
                rate,
                stream.frames or None,
                stream.time_base or 1 / rate,
                _DISCONTINUITY if container.format.name in _JOINED else _LEAP,
                stream.sample_aspect_ratio,
            )

    @contextmanager
    def opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the file anew and close it at the end.

        Raises:
            InputError: it cannot be opened.
        """
        try:
            container = av.open(str(self.path))
        except (av.error.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"{self.path} is not a video that FFmpeg can read ({reason})"
            ) from error
        with container:
            if not container.streams.video:
                raise InputError(f"{self.path} has no video stream")
            yield container, container.streams.video[0]


def stated_length(container: InputContainer, stream: VideoStream) -> Fraction:
    """Seconds that the file should last; 0 where it does not say."""
    formats = set(container.format.name.split(","))
    if "avi" in formats and stream.average_rate:
        return stream.frames / stream.average_rate  # FFmpeg shortens the duration of a cut file
    if formats & _STATING and container.duration:
        return Fraction(container.duration, av.time_base)
    return Fraction(0)
