"""Which of a file's streams is the video."""

from typing import cast

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from models.errors import InputError

_TEXTS = {"ansi", "bintext", "idf", "xbin"}
"""What FFmpeg draws letters for."""
_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def choose_stream(path: object, container: InputContainer, wanted: int | None) -> VideoStream:
    """Find the stream of video to read.

    Args:
        path: of the file, or what else it is, for errors.
        container: the opened file.
        wanted: its number among all streams; None is the one that FFmpeg deems best, which is no
            cover picture and no thumbnail.

    Raises:
        InputError: there is none, or not that one, or none that can be decoded; or it is text.
    """
    streams = container.streams.video
    if not streams:
        raise InputError(f"{path} has no video stream")
    listed = f"its streams of video are: {', '.join(map(_described, streams))}"
    if wanted is not None:
        chosen = next((s for s in streams if s.index == wanted), None)
        if chosen is None:
            raise InputError(f"{path} has no video stream {wanted}; {listed}")
    else:
        chosen = _best(container)
        if chosen is None:
            raise InputError(f"{path} has no video stream that moves; {listed}; --stream takes one")
    if chosen.codec_context is None:
        raise InputError(f"{path}: FFmpeg has no decoder for stream {chosen.index}; {listed}")
    if chosen.codec_context.name in _TEXTS:
        raise InputError(f"{path} is a text, and no video")
    return chosen


def _best(container: InputContainer) -> VideoStream | None:
    videos = [s for s in container.streams.video if not s.disposition & _PICTURES]
    try:
        best = cast(VideoStream | None, container.streams.best("video"))
    except IndexError:  # one that FFmpeg found after PyAV had counted them
        best = None
    return best if best in videos else max(videos, key=_size, default=None)


def _size(stream: VideoStream) -> int:
    return stream.width * stream.height if stream.codec_context else 0


def _described(stream: VideoStream) -> str:
    """Number, codec and size, as FFmpeg lists them."""
    if not stream.codec_context:
        return f"{stream.index} (unknown codec)"
    notes = [flag.name for flag in Disposition if flag & stream.disposition and flag.name]
    parts = [stream.codec_context.name, f"{stream.width}x{stream.height}", *notes]
    return f"{stream.index} ({', '.join(p.replace('_', ' ') for p in parts)})"
