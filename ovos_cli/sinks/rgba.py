"""PNGs with straight alpha: the frame's colours as they are, and how much of them is object."""

import numpy as np

from ovos_cli.media.frame import Image
from ovos_cli.sinks.png import Pixels, as_levels, write_png
from ovos_cli.sinks.sink import ALPHA_OPTIONS, Sink, SoftMask, Written

_BITS = 8
_TO_16 = 257
"""Of 8 bits, so that 255 becomes 65535."""


class RgbaSink(Sink):
    """`rgba/FRAME.png` of all objects together, or `rgba/OBJECT/FRAME.png`; 8 or 16 bits."""

    place_name = "rgba"
    pixels = True
    heeds = frozenset(ALPHA_OPTIONS)

    def write(self, written: Written) -> None:
        """See `Sink`."""
        assert written.frame is not None
        info, bits = self.info, self.info.settings.bits or _BITS
        file = f"{written.name}.png"
        if not info.settings.apart:
            alpha = written.together(info.objects)
            write_png(self.place / file, rgba(written.frame.image, alpha, bits))
            return
        for ident in info.objects:
            pixels = rgba(written.frame.image, written.alpha(ident), bits)
            write_png(self.place / info.names.name(ident) / file, pixels)


def rgba(image: Image, alpha: SoftMask, bits: int = _BITS) -> Pixels:
    """(H, W, 4) of 8 or 16 bits, of (H, W, 3) and (H, W); colours under alpha 0 stay."""
    colours = image if bits == _BITS else image.astype(np.uint16) * np.uint16(_TO_16)
    return np.dstack([colours, as_levels(alpha, bits)])
