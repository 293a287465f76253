"""What FFmpeg opens once, and what it says of the stream that is read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import InputError
from ovos_cli.media.source import PIPE, LiveSource
from ovos_cli.media.stream_choice import choose_stream
from ovos_cli.media.video_file import Stated, unreadable

_PATIENCE = 30.0
"""Seconds after which an address that sends nothing is taken to be gone; a pipe may wait."""
_INDEX_LAST = (
    "; an MP4 or MOV whose index comes last cannot be piped: give the file itself, or write it "
    "with ffmpeg -movflags +faststart"
)


class LiveFile:
    """The stream that is read of a source that can be opened only once."""

    def __init__(self, source: LiveSource, stream: int | None = None) -> None:
        """Open it, and wait for its beginning.

        Args:
            source: a pipe, a device or an address.
            stream: which one, as FFmpeg counts the streams; None is the one that it deems best.

        Raises:
            InputError: it cannot be opened, is no video, or has no such stream.
        """
        self.path = source
        if source.shown == PIPE and os.isatty(0):
            raise InputError(
                f"{PIPE} is the standard input, and nothing is piped there; give a video: "
                "ovos segment - < video.mkv"
            )
        options = {"fd": "0"} if source.shown == PIPE else {}
        wait = _PATIENCE if "://" in source.url else None
        try:
            self._container = av.open(
                source.url,
                format=source.format,
                options=options,
                metadata_errors="replace",
                timeout=wait,
            )
        except (av.error.FFmpegError, OSError) as error:
            raise unreadable(source, error) from error
        self._stream = choose_stream(source, self._container, stream)
        # What is looked at to check a rate or a decoder would be lost: nothing is.
        self.stated = Stated.by(self._container, self._stream, strict=False)

    @contextmanager
    def opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        """It, from where it has come to; closed at the end.

        Raises:
            InputError: not a single frame could be read of it.
        """
        unsought = "mov" in self._container.format.name and "://" not in self.path.url
        with self._container:
            try:
                yield self._container, self._stream
            except InputError as error:
                raise InputError(f"{error}{_INDEX_LAST if unsought else ''}") from error
