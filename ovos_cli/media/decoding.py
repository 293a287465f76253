"""From packets to pictures, whatever the state of the file: what cannot be read is passed over."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from models.pictures.opened import MOST_PIXELS

_PATIENCE = 16
"""Failures in a row after which there is nothing more to read."""

SILENT = {"hevc", "mjpeg"}
"""Decoders that make something up for what is damaged and do not mark the frame."""
_STRICT = {"err_detect": "explode"}
_STALLING = {"hevc"}
"""Decoders whose threads, where a frame each has its own, wait for damaged frames for ever."""

_LIMITED = {"max_pixels": str(MOST_PIXELS)}


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame, and the number of the packet it is from; -1 if the decoder does not say."""

    frame: av.VideoFrame
    packet: int


class _Tag:
    """A packet's number on its way through the decoder: PyAV tells such objects by their place."""

    def __init__(self, number: int) -> None:
        self.number = number


def packets(
    container: InputContainer, streams: Iterable[Stream], broken: Callable[[Exception], None]
) -> Iterator["Packet[Stream]"]:
    """Read packets to the end, from where the container is.

    Args:
        container: an open file.
        streams: those whose packets are wanted.
        broken: told of the error where nothing more can be read before the end.
    """
    wanted, failures = list(streams), 0
    while True:
        try:
            for packet in container.demux(*wanted):
                failures = 0
                if packet.size:  # an empty one would end the decoding; it stands for no new picture
                    yield packet
            return
        except IndexError:  # a packet of a stream that FFmpeg found after PyAV had counted them
            continue
        except (av.error.FFmpegError, OSError) as error:
            failures += 1
            # What was waited for in vain is not waited for again.
            if failures == _PATIENCE or isinstance(error, av.error.ExitError):
                broken(error)
                return


def pictures(
    stream: VideoStream,
    numbered: Iterable[tuple[int, "Packet[Stream]"]],
    *,
    threads: bool,
    strict: bool = False,
    failed: Callable[[int, Exception], None],
) -> Iterator[Picture]:
    """Decode the packets of a stream.

    Args:
        stream: of a file that was opened for this.
        numbered: its packets, each with its number.
        threads: decode several frames at once, or parts of one, as many as there are processors.
            Of damaged files some are lost then, and what is made up for the damage is not the same
            each time.
        strict: fail where the decoder would make something up and say nothing.
        failed: told of each packet that cannot be decoded, by its number.
    """
    stream.thread_type = "SLICE" if stream.codec_context.name in _STALLING else "AUTO"
    stream.thread_count = 0 if threads else 1
    stream.codec_context.copy_opaque = True
    stream.codec_context.options = _LIMITED | (_STRICT if strict else {})
    last = -1
    for number, packet in numbered:
        packet.opaque, last = _Tag(number), number
        try:
            decoded = stream.decode(packet)
        except (av.error.FFmpegError, OSError) as error:
            failed(number, error)
            continue
        yield from map(_picture, decoded)
    try:
        yield from map(_picture, stream.decode())
    except (av.error.FFmpegError, OSError) as error:
        failed(last, error)


class Referee:
    """Decodes a stream once more, strictly, to tell which packets are damaged."""

    def __init__(self, stream: VideoStream) -> None:
        """Begin with the stream's first packet."""
        self._decoder = cast(
            av.VideoCodecContext, av.CodecContext.create(stream.codec_context.name, "r")
        )
        self._decoder.extradata = stream.codec_context.extradata
        self._decoder.options = _LIMITED | _STRICT

    def refuses(self, packet: "Packet[Any]") -> bool:
        """Whether the next packet does not decode without something made up."""
        try:
            self._decoder.decode(packet)
        except (av.error.FFmpegError, OSError):
            return True
        return False


def _picture(frame: av.VideoFrame) -> Picture:
    return Picture(frame, frame.opaque.number if isinstance(frame.opaque, _Tag) else -1)


def checksum(frame: av.VideoFrame) -> int:
    """A number of 32 bits that tells a frame's pixels, and what colours they mean, from others."""
    try:
        pixels: Any = frame.to_ndarray()
    except (ValueError, AssertionError):  # a format, or a size, that NumPy has no form for
        try:
            pixels = frame.to_ndarray(format="rgb24")
        except (av.error.FFmpegError, OSError):  # whoever needs its pixels will say so
            return 0
    meaning = f"{frame.width} {int(frame.colorspace)} {int(frame.color_range)}"
    found = zlib.crc32(meaning.encode())
    for part in pixels if isinstance(pixels, tuple) else (pixels,):  # indices and their palette
        found = zlib.crc32(np.ascontiguousarray(part).data, found)
    return found
