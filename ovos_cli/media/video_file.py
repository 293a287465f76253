"""A video file, opened by FFmpeg: its container, and what it says of the stream that is read."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from statistics import median_low
from typing import Protocol, Self

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import InputError
from models.pictures.opened import MOST_PIXELS
from ovos_cli.media.decoding import SILENT, Referee, packets
from ovos_cli.media.matroska_elements import pixel_crop
from ovos_cli.media.mp4_boxes import clean_aperture, joined_files, lacks_index
from ovos_cli.media.stream_choice import choose_stream

_FALLBACK_RATE = Fraction(25)
_SLOW, _FAST = Fraction(1), Fraction(300)
"""Frames per second; what is outside is not taken from the header but from the first packets."""
_ALPHA_BESIDE = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Codecs whose alpha is a stream beside the colours, and the decoders that read it."""
_PROBED, _TRIED = 100, 12
"""Packets."""
_MOST_FRAMES = 10_000_000
_PICTURES = ("_pipe", "image2")
"""Ends of the names of FFmpeg's formats that are pictures; it does not ask for the range of floats.
"""
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
    aspect: width over height of a stored pixel; None or 0 if unknown. strict: whether to decode
    strictly in order to find damage, see `decoding.SILENT`.
    """

    rate: Fraction
    frames: int | None
    tick: Fraction
    leap: Fraction
    aspect: Fraction | None
    strict: bool

    @classmethod
    def by(
        cls,
        container: InputContainer,
        stream: VideoStream,
        rate: Fraction | None = None,
        *,
        strict: bool,
    ) -> Self:
        """What a stream of an open container states.

        Args:
            rate: frames per second; None is what the header says, if that can be.
            strict: whether to find damage by strict decoding, where the decoder needs it.
        """
        if rate is None:
            header = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
            rate = header if _SLOW <= header <= _FAST else _FALLBACK_RATE
        return cls(
            rate,
            stream.frames or None,
            stream.time_base or 1 / rate,
            _DISCONTINUITY if container.format.name in _JOINED else _LEAP,
            stream.sample_aspect_ratio,
            strict and stream.codec_context.name in SILENT,
        )


class Opened(Protocol):
    """A stream of something that FFmpeg reads."""

    stated: Stated

    @property
    def path(self) -> object:
        """What it is, for people."""
        ...

    def opened(self) -> AbstractContextManager[tuple[InputContainer, VideoStream]]:
        """Its container and it, closed at the end."""
        ...


class PictureError(InputError):
    """A file is a picture, of which FFmpeg makes a video by rules of its own."""


class VideoFile:
    """The stream that is read of a file.

    doubts: what is known of it from the start and may not be what was meant, for people.
    """

    def __init__(self, path: Path, stream: int | None = None) -> None:
        """Check that the file is a video.

        Args:
            path: of any name; none is taken for a protocol or a pattern.
            stream: which one, as FFmpeg counts the streams of a file; None is the one that FFmpeg
                deems best.

        Raises:
            PictureError: it is a picture.
            InputError: not a video, it has no such stream of video, or a header says that its
                frames are too large.
        """
        self.path, self._wanted = path, stream
        with self.opened() as (container, chosen):
            if container.format.name.endswith(_PICTURES):
                raise PictureError(f"{path} is a picture, and no video")
            if chosen.width * chosen.height > MOST_PIXELS:
                raise InputError(
                    f"{path} says that it is {chosen.width}x{chosen.height}, more than the "
                    f"{MOST_PIXELS} pixels that are read; is it damaged?"
                )
            self.doubts = _doubts(path, container, chosen)
            rate = _rate(container, chosen)
            self.stated = Stated.by(container, chosen, rate, strict=True)
            believed = _believable(chosen.frames, path)
            self.stated = replace(self.stated, frames=believed)
        if self.stated.strict:
            self.stated = replace(self.stated, strict=not self._sloppy())

    def _sloppy(self) -> bool:
        """Whether a strict decoder refuses most of the beginning: the encoder is odd then."""
        with self.opened() as (container, stream):
            referee = Referee(stream)
            begun = islice(packets(container, [stream], lambda _: None), _TRIED)
            refused = [referee.refuses(packet) for packet in begun]
        return sum(refused) > len(refused) / 2

    @contextmanager
    def opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        """Open the file anew and close it at the end.

        Raises:
            InputError: it cannot be opened.
        """
        try:
            container = av.open(f"file:{self.path}", metadata_errors="replace")
        except (av.error.FFmpegError, OSError) as error:
            raise self._without_index() or unreadable(self.path, error) from error
        with container:
            if not container.streams.video and (without := self._without_index()):
                raise without
            yield container, choose_stream(self.path, container, self._wanted)

    def _without_index(self) -> InputError | None:
        """The error for an MP4 that was not finished, if it is one."""
        try:
            unfinished = lacks_index(self.path)
        except OSError:  # it has just gone
            return None
        if not unfinished:
            return None
        return InputError(
            f"{self.path} is an MP4 or MOV without its index (moov): it was not recorded or copied "
            "to its end, or is a later part of a stream. Copy it anew; what a camera left "
            "unfinished, untrunc mends with the help of a sound file of that camera"
        )


def unreadable(source: object, error: Exception) -> InputError:
    """The error for what FFmpeg cannot open."""
    reason = getattr(error, "strerror", None) or error
    return InputError(f"{source} is not a video that FFmpeg can read ({reason})")


def _believable(frames: int, path: Path) -> int | None:
    """How many frames a header says that there are, unless that is none, or nonsense.

    Each takes a byte at least. More than could be watched in days are not believed without looking.
    """
    return frames if 0 < frames < min(path.stat().st_size, _MOST_FRAMES) else None


def _doubts(path: Path, container: InputContainer, stream: VideoStream) -> list[str]:
    """What FFmpeg passes over in silence."""
    doubts = []
    if stream.codec_context.name in _ALPHA_BESIDE and stream.metadata.get("alpha_mode") == "1":
        doubts.append(
            f"{path.name} has transparent parts, which are not read: whatever colour lies there "
            f"counts. To read them: ffmpeg -c:v {_ALPHA_BESIDE[stream.codec_context.name]} "
            f"-i {path.name} -c:v ffv1 OUT.mkv"
        )
    if "mp4" in container.format.name.split(",") and (files := joined_files(path)) > 1:
        doubts.append(
            f"{path.name} is {files} files, one behind the other, and only the first was read; "
            "videos are joined by ffmpeg -f concat, not by cat"
        )
    shown = _shown(path, container, stream)
    if shown is not None and shown != (stream.width, stream.height) and min(shown) > 0:
        doubts.append(
            f"{path.name} says that players show {shown[0]}x{shown[1]} of its "
            f"{stream.width}x{stream.height} pixels (a crop in its header); all of them are read, "
            "and masks and outputs have that size"
        )
    return doubts


def _shown(path: Path, container: InputContainer, stream: VideoStream) -> tuple[int, int] | None:
    """The size that a header crops frames to, which FFmpeg's decoders leave to players."""
    formats = container.format.name.split(",")
    if "mp4" in formats:
        return clean_aperture(path, stream.id)
    return pixel_crop(path, stream.index) if "matroska" in formats else None


def _rate(container: InputContainer, stream: VideoStream) -> Fraction:
    """Frames per second; where the clock jumps, of the time without the jumps."""
    listed = [entry.timestamp for entry in stream.index_entries]
    steps = _steps(listed if len(listed) == stream.frames else [])
    tick, stated = stream.time_base or Fraction(1, 1000), stream.average_rate or stream.guessed_rate
    jumps = bool(steps) and steps[-1] * tick > _LEAP
    if stated and not jumps and _SLOW <= stated <= _FAST:
        return stated
    if not jumps:
        begun = islice((p.pts for p in packets(container, [stream], lambda _: None)), _PROBED)
        steps = _steps([time for time in begun if time is not None])
    return 1 / (median_low(steps) * tick) if steps else stated or _FALLBACK_RATE


def _steps(times: list[int]) -> list[int]:
    """From one frame to the next, the short ones first."""
    return sorted(b - a for a, b in pairwise(sorted(times)) if b > a)


def stated_length(container: InputContainer, stream: VideoStream) -> Fraction:
    """Seconds that the file should last; 0 where it does not say."""
    formats = set(container.format.name.split(","))
    if "avi" in formats and stream.average_rate:
        return stream.frames / stream.average_rate  # FFmpeg shortens the duration of a cut file
    if formats & _STATING and container.duration:
        return Fraction(container.duration, av.time_base)
    return Fraction(0)
