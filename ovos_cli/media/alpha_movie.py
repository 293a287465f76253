"""Video files with alpha, for editors: a frame of the source is a frame of the file."""

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.errors import OvosError
from ovos_cli.media.frame import BT709, ColourTags, Image

_ALPHA_PLANE = 3
_TEN_BITS = 1023
_SLOWEST = Fraction(1, 60)
"""Frames per second; of a source whose times jump, the rate may be nonsense."""


class AlphaMovie(ABC):
    """A file of straight colours and alpha, at a constant rate; frames may be left out."""

    container: str
    codec: str
    pixels: str
    options: dict[str, str]

    def __init__(
        self,
        path: Path,
        rate: Fraction,
        aspect: Fraction | None = None,
        colours: ColourTags = BT709,
    ) -> None:
        """Begin a file.

        Args:
            path: of the file, which is not whole before `close`.
            rate: frames per second.
            aspect: width over height of a pixel; None is square.
            colours: of its frames.

        Raises:
            OvosError: it cannot be written.
        """
        self.path, self._rate, self._aspect = path, max(rate, _SLOWEST), aspect
        self._colours = colours
        self._stream: VideoStream | None = None
        self._first: int | None = None
        with self._named():
            # FFmpeg would take a part of some names for a protocol.
            self._file = path.open("wb")
        self._movie = av.open(self._file, "w", format=self.container)

    def write(self, index: int, image: Image, alpha: NDArray[np.float32]) -> None:
        """Append a frame.

        Args:
            index: in the source, rising; where some are left out, the one before stays.
            image: (H, W, 3) RGB. alpha: (H, W) in [0, 1].

        Raises:
            OvosError: it cannot be written.
        """
        with self._named():
            if self._stream is None or self._first is None:
                self._first = index
                self._stream = self._open(image.shape[1], image.shape[0])
            frame = self._frame(image, alpha)
            frame.pts, frame.time_base = index - self._first, 1 / self._rate
            self._movie.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file. Raises OvosError: it cannot be finished."""
        try:
            with self._named():
                if self._stream is not None:
                    self._movie.mux(self._stream.encode())
                self._movie.close()
                self._file.close()
        finally:
            for part in (self._movie, self._file):
                with suppress(av.error.FFmpegError, OSError):  # what failed is said already
                    part.close()

    @abstractmethod
    def _frame(self, image: Image, alpha: NDArray[np.float32]) -> av.VideoFrame: ...

    def _open(self, width: int, height: int) -> VideoStream:
        stream = self._movie.add_stream(self.codec, rate=self._rate, options=self.options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, self.pixels
        if self._aspect:
            stream.codec_context.sample_aspect_ratio = self._aspect
        return stream

    @contextmanager
    def _named(self) -> Iterator[None]:
        """FFmpeg does not say which file could not be written."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            advice = "; make room for it" if error.errno == errno.ENOSPC else ""
            raise OvosError(
                f"{self.path.name} cannot be written: {error.strerror}{advice}"
            ) from error


class ProResMovie(AlphaMovie):
    """ProRes 4444 in QuickTime: 10 bits by BT.709's matrix in video range, alpha of 16 bits.

    Colours are tagged on the stream and on each frame: editors that believe one of them see the
    same. Alpha is put in its plane as it is; a conversion of it would not be exact.
    """

    container, codec, pixels = "mov", "prores_ks", "yuva444p10le"
    options = {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}  # noqa: RUF012

    def _open(self, width: int, height: int) -> VideoStream:
        stream = super()._open(width, height)
        codec = stream.codec_context
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_primaries, codec.color_trc = self._colours
        return stream

    def _frame(self, image: Image, alpha: NDArray[np.float32]) -> av.VideoFrame:
        rgb = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame = rgb.reformat(format=self.pixels, dst_colorspace=Colorspace.ITU709)
        frame.colorspace, frame.color_range = Colorspace.ITU709, ColorRange.MPEG
        frame.color_primaries, frame.color_trc = self._colours
        plane = frame.planes[_ALPHA_PLANE]
        levels = np.zeros((image.shape[0], plane.line_size // 2), np.uint16)
        levels[:, : image.shape[1]] = np.rint(alpha * _TEN_BITS)
        plane.update(levels.tobytes())
        return frame


class Ffv1Movie(AlphaMovie):
    """FFV1 in Matroska: 8 bits of RGB and alpha, to the bit."""

    container, codec, pixels = "matroska", "ffv1", "bgra"
    options = {"level": "3", "slicecrc": "1"}  # noqa: RUF012

    def _frame(self, image: Image, alpha: NDArray[np.float32]) -> av.VideoFrame:
        levels = np.rint(alpha * 255).astype(np.uint8)
        rgba = np.dstack([image, levels])
        return av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=self.pixels)
