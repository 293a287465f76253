"""Small moving pictures of a result, for a message or a page."""

from abc import ABC
from pathlib import Path
from typing import Any, ClassVar

import cv2
import imageio.v3 as iio
import numpy as np

from models.utils.whole_file import write_whole
from ovos_cli.media.frame import Image
from ovos_cli.media.overlay import blend
from ovos_cli.sinks.frames_kept import EvenlySpaced
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_LONG_SIDE = 480
_MOST_FRAMES = 240
_MOST_A_SECOND = 15
_SECOND = 1000
"""In milliseconds, in which these files count."""
_LEAST = 20
"""Milliseconds: what lasts less is shown slowly by browsers."""


class PreviewSink(Sink, ABC):
    """The video with its objects tinted, small, repeated for ever.

    At most 15 frames a second and 240 in all: of a longer shot, every k-th frame is in it.
    """

    pixels = True
    options: ClassVar[dict[str, Any]]

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        step = max(1, -(-info.rate // _MOST_A_SECOND))
        self._kept = EvenlySpaced[Image](_MOST_FRAMES, step)

    def write(self, written: Written) -> None:
        """See `Sink`."""
        assert written.frame is not None
        image: Image | None = None
        if self._kept.wants_next():
            image = small(blend(written.frame.image, written.ids, self.info.palette), _LONG_SIDE)
        self._kept.add(image)

    def close(self) -> None:
        """See `Sink`."""
        if not self._kept.items:
            return
        lasts = max(_LEAST, round(_SECOND * self._kept.step / self.info.rate))
        content = iio.imwrite(
            "<bytes>",
            self._kept.items,
            plugin="pillow",
            extension=self.place.suffix,
            duration=lasts,
            loop=0,
            **self.options,
        )
        write_whole(self.place, content)


class WebpSink(PreviewSink):
    """`preview.webp`."""

    place_name = "preview.webp"
    options = {"quality": 75, "method": 3}  # noqa: RUF012


class GifSink(PreviewSink):
    """`preview.gif`."""

    place_name = "preview.gif"
    options = {}  # noqa: RUF012


def small(image: Image, long_side: int) -> Image:
    """Scale a picture down so that its longer side is at most so many pixels."""
    factor = long_side / max(image.shape[:2])
    if factor >= 1:
        return image
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
