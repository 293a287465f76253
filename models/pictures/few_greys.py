"""Grey pictures of fewer values than 256, or of an odd number of them, as they were stored.

Pillow scales the values of a PNG or TIFF of 2 or 4 bits, and of a PGM whose maximum is another than
255 or 65535, so that white is white. Of a picture to look at that is right; of a mask of numbered
objects, 1 of 15 would become 17.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

_NOTE = "largest_stored_value"
_WHITE, _DEEP_WHITE = 255, 65535
_BITS = {"L;2": 3, "L;4": 15}


def note_largest(picture: Image.Image) -> None:
    """Keep the largest value that the file can hold with a picture whose values Pillow scales.

    Args:
        picture: opened, and its pixels not read yet: thereafter nothing tells.
    """
    for tile in picture.tile if isinstance(picture, ImageFile) else ():
        match tile.args:
            case (str(), int(largest)) if tile.codec_name.startswith("ppm"):
                picture.info[_NOTE] = largest
            case str(mode) | (str(mode), *_) if mode[:3] in _BITS:
                picture.info[_NOTE] = _BITS[mode[:3]]


def as_stored(picture: Image.Image, values: NDArray[np.integer]) -> NDArray[np.integer]:
    """(H, W) values as the file has them; those that are black and white alone stay so.

    Args:
        picture: of which `note_largest` took note.
        values: its grey, as Pillow gives it.
    """
    largest = picture.info.get(_NOTE)
    white = _WHITE if values.dtype == np.uint8 else _DEEP_WHITE
    if largest is None or largest == white or not np.any((values > 0) & (values < white)):
        return values
    stored = np.rint(values * (largest / white))
    return stored.astype(values.dtype)
