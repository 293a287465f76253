"""Overlay videos: the source with its objects tinted and outlined, in the source's timing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import av.error
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.errors import OvosError
from models.utils.whole_file import unfinished
from ovos_cli.masks.ids import boxes_of
from ovos_cli.masks.palette import Palette
from ovos_cli.media.frame import ColourTags, Frame, Image

_TINT = 0.45
_TIME_BASE = Fraction(1, 90_000)
"""Fine enough for any source's timing."""
_LONGEST = Fraction(60)
"""Seconds that a frame may last: slides do. Clocks that were set, or files joined, jump further."""
_ENCODING = {"preset": "superfast", "crf": "25", "mbtree": "0"}
"""x264's macroblock tree reads memory that it never wrote: with it, the same frames gave other
bytes now and then. Without it, crf 25 has about the quality of 20 with it. "superfast" takes 0.6 of
the time of "veryfast", for a fifth more bytes."""


def blend(image: Image, ids: NDArray[np.uint8], palette: Palette) -> Image:
    """Tint each object of an (H, W, 3) image in its palette colour and outline it.

    Each is looked at where it is: most of the time of whole frames would go to fetching memory.
    """
    boxes = boxes_of(ids)
    if not boxes:
        return image
    out, outlines = image.copy(), []
    colours = np.asarray(palette, np.uint8).reshape(256, 3)
    for ident, (x0, y0, x1, y1) in boxes.items():
        here = np.s_[y0:y1, x0:x1]
        mask = (ids[here] == ident).view(np.uint8)
        cv2.copyTo(cv2.LUT(image[here], _tints(colours[ident])), mask, out[here])
        # Of straight stretches the ends only: each point takes as long to draw.
        found = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE, offset=(x0, y0))
        outlines.append((found[0], tuple(int(c) for c in 64 + colours[ident] * 0.75)))
    thickness = max(1, round(min(ids.shape) / 360))
    for lines, bright in outlines:  # over the tints of all, wherever they touch
        cv2.drawContours(out, lines, -1, bright, thickness, cv2.LINE_AA)
    return out


def _tints(colour: NDArray[np.uint8]) -> Image:
    """(1, 256, 3) what each value of each channel becomes under a colour (3,)."""
    values = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    colours = np.tile(colour, (1, 256, 1))
    tints: Image = cv2.addWeighted(values, 1 - _TINT, colours, _TINT, 0).astype(np.uint8)
    return tints


class OverlayWriter:
    """Encodes H.264 into a temporary file that becomes `path` when closed."""

    def __init__(self, path: Path, rate: Fraction, aspect: Fraction | None = None) -> None:
        """Begin a file.

        Args:
            path: where it will be.
            rate: frames per second, which says how long the last one lasts.
            aspect: width over height of the source's pixels; None is square.
        """
        self.path, self._rate, self._aspect = path, max(rate, 1 / _LONGEST), aspect
        self._temporary = unfinished(path)
        with self._named():
            # FFmpeg would take a part of some names for a protocol.
            self._file = self._temporary.open("wb")
        self._container = av.open(self._file, "w", format="mp4")
        self._stream: VideoStream | None = None
        self._failed = False
        self._lasts = 1 / self._rate
        self._seen: Fraction | None = None
        self._shown = Fraction(0)

    def write(self, frame: Frame, ids: NDArray[np.uint8], palette: Palette) -> None:
        """Append a frame with its (H, W) ids."""
        image = _even(blend(frame.image, ids, palette))
        if self._stream is None:
            self._stream = self._open(image.shape[1], image.shape[0], frame.colours)
        rgb = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(image), format="rgb24")
        # Players take video without a note, of HD at least, for this; FFmpeg converts to BT.601.
        picture = rgb.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        picture.colorspace, picture.color_range = Colorspace.ITU709, ColorRange.MPEG
        picture.pts = self._moment(frame.time) // _TIME_BASE
        picture.time_base = _TIME_BASE
        with self._named():
            self._container.mux(self._stream.encode(picture))

    def _moment(self, time: Fraction) -> Fraction:
        """When to show a frame whose time in its source is this one.

        A part of a source begins at 0: many players show a gap else. Where timestamps go back,
        repeat or jump, which players do not bear, the frame before lasts as long as others do.
        """
        passed = Fraction(0) if self._seen is None else time - self._seen
        if _TIME_BASE <= passed <= _LONGEST:
            self._lasts = passed
        elif self._seen is not None:
            # Of a source whose times jump, the rate may be nonsense, and slides last long.
            passed = min(self._lasts, 1 / self._rate)
        self._seen = time
        self._shown += passed
        return self._shown

    def _open(self, width: int, height: int, colours: ColourTags) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=self._rate, options=_ENCODING)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = _TIME_BASE
        codec = stream.codec_context
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_primaries, codec.color_trc = colours
        if self._aspect:
            codec.sample_aspect_ratio = self._aspect
        return stream

    def close(self) -> None:
        """Finish the file; without any frame, or where it cannot be finished, leave none."""
        try:
            if self._stream is not None and not self._failed:
                with self._named():
                    self._container.mux(self._stream.encode())
                    self._container.close()
                    self._file.close()
                    self._temporary.replace(self.path)
        finally:
            for part in (self._container, self._file):
                with suppress(av.error.FFmpegError, OSError):  # what failed is said already
                    part.close()
            self._temporary.unlink(missing_ok=True)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """FFmpeg does not say which file could not be written."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            self._failed = True
            raise OvosError(
                f"the overlay {self.path} cannot be written: {error.strerror}; "
                "make room or leave it out with --no-overlay"
            ) from error


def _even(image: Image) -> Image:
    """Repeat the last row or column where a side is odd; yuv420p needs even sides."""
    bottom, right = image.shape[0] % 2, image.shape[1] % 2
    if not (bottom or right):
        return image
    return np.pad(image, ((0, bottom), (0, right), (0, 0)), mode="edge")
