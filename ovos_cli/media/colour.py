"""Decoded frames as the RGB that players show."""

import av
import av.error
import numpy as np
from av.video.reformatter import Colorspace
from PIL import Image

from models.errors import InputError
from models.pictures.still import Still, over_black
from ovos_cli.media.frame import BT709, ColourTags

HIGH_RANGE = {16, 18}
"""Transfers PQ and HLG, as MPEG numbers them."""
_UNKNOWN = {2, 3}
"""Codes of a matrix that is not told, and one that is reserved, as MPEG numbers them."""
_MATRICES = {
    0: None,
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""By MPEG's code. The last one's formula is another, but FFmpeg and players show it like this."""
_PRIMARIES = {1, *range(4, 13), 22}
_TRANSFERS = {1, *range(4, 16), 17}
"""That mean something, as MPEG numbers them, but PQ and HLG: tints would glare in these."""
_HD_WIDTH, _SD_HEIGHT = 1280, 576
"""Pixels; from this width on, and above this height, what tells no matrix is in BT.709."""


def rgb(frame: av.VideoFrame, width: int, height: int) -> Still:
    """Convert a frame of any format, and scale it where it has another size.

    The matrix and the range are those that the frame tells; without a note HD is BT.709 and SD
    BT.601, as players take it. High dynamic range is not tone-mapped. Transparency is laid over
    black, as of stills.

    Returns:
        (height, width, 3), full range.

    Raises:
        InputError: the colours are stored in a way that cannot be converted.
    """
    matrix = None if frame.format.is_rgb else _matrix(frame)
    alpha = any(component.is_alpha for component in frame.format.components)
    kind = "rgba" if alpha else "rgb24"
    try:
        pixels = frame.to_ndarray(format=kind, width=width, height=height, src_colorspace=matrix)
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(
            f"its pixels ({frame.format.name}) cannot be converted to RGB "
            f"({error.strerror}); encode the video anew with BT.709 colours"
        ) from error
    pixels = pixels.astype(np.uint8, copy=False)
    return over_black(Image.fromarray(pixels)) if alpha else Still(pixels, False)


def tags_of(frame: av.VideoFrame) -> ColourTags:
    """What light the RGB values of a frame mean; BT.709 where it does not tell, or is HDR."""
    if frame.color_trc in HIGH_RANGE:
        return BT709
    told = frame.color_primaries, frame.color_trc
    primaries, transfer = (
        code if code in known else default
        for code, known, default in zip(told, (_PRIMARIES, _TRANSFERS), BT709, strict=True)
    )
    return ColourTags(primaries, transfer)


def _matrix(frame: av.VideoFrame) -> Colorspace | None:
    if frame.colorspace in _UNKNOWN:
        hd = frame.width >= _HD_WIDTH or frame.height > _SD_HEIGHT
        return Colorspace.ITU709 if hd else Colorspace.ITU601
    if frame.colorspace not in _MATRICES:
        raise InputError(
            f"its colour matrix (code {frame.colorspace} of ITU-T H.273) cannot be "
            "converted to RGB; encode the video anew with BT.709 colours"
        )
    return _MATRICES[frame.colorspace]
