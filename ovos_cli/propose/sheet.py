"""Pictures of proposals: a numbered contact sheet of a frame."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from models.sources.stored import StoredProposals
from models.utils.whole_file import write_whole
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.frame import Image
from ovos_cli.media.overlay import blend

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_GAP = 4
Mask = NDArray[np.bool_]


def contact_sheet(
    image: Image, stored: StoredProposals, *, columns: int = 6, width: int = 240
) -> Image:
    """Draw a frame with its boxes, and then each proposal's mask, numbered from 0, best first.

    Args:
        image: (H, W, 3) RGB, the frame.
        stored: its proposals.
        columns: tiles in a row. width: of a tile, in pixels.

    Returns:
        (H', W', 3) RGB.
    """
    height = round(image.shape[0] * width / image.shape[1])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    scale = width / image.shape[1]
    overview = small.copy()
    for number, box in enumerate((stored.boxes * scale).round().astype(int).tolist()):
        colour = _colour(number)
        cv2.rectangle(overview, box[:2], box[2:], colour, 1, cv2.LINE_AA)
        place = (max(box[0], 0) + 2, min(max(box[1], 0) + 10, height - 2))
        for shade, thickness in ((0, 3), (255, 1)):  # legible on anything
            cv2.putText(
                overview, str(number), place, _FONT, 0.35, (shade,) * 3, thickness, cv2.LINE_AA
            )
    tiles = [caption(overview, f"{len(stored.scores)} proposals")]
    for number, (mask, score) in enumerate(zip(stored.frame_masks(), stored.scores, strict=True)):
        seen = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA)
        tiles.append(caption(tint(small, seen > 0, number), f"{number}: {score:.2f}"))
    return grid(tiles, columns)


def tint(image: Image, mask: Mask, number: int) -> Image:
    """Tint (H, W) of a picture in the colour of a number."""
    return blend(image, mask.astype(np.uint8) * np.uint8(number % 254 + 1), davis_palette())


def _colour(number: int) -> tuple[int, ...]:
    start = 3 * (number % 254 + 1)
    return tuple(64 + c * 3 // 4 for c in davis_palette()[start : start + 3])


def caption(image: Image, text: str) -> Image:
    """Write a line below a picture."""
    bar = np.full((18, image.shape[1], 3), 24, np.uint8)
    cv2.putText(bar, text, (4, 13), _FONT, 0.4, (230, 230, 230), 1, cv2.LINE_AA)
    return np.concatenate([image, bar])


def grid(tiles: list[Image], columns: int) -> Image:
    """Lay pictures of one size out in rows."""
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    columns = min(columns, len(tiles))
    sheet = np.zeros((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 3), np.uint8)
    for place, tile in enumerate(tiles):
        y, x = place // columns * (height + _GAP), place % columns * (width + _GAP)
        sheet[y : y + height, x : x + width] = tile
    return sheet


def save_jpeg(path: Path, image: Image) -> None:
    """Write a picture; it is complete or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Picture.fromarray(image)
    write_whole(path, lambda file: picture.save(file, format="JPEG", quality=88))
