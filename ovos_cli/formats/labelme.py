"""LabelMe: a JSON for each frame, with masks or polygons."""

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models.pictures.opened import decoded
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.polygons import filled
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.values import frame_size, mapping, number_or_none, sequence, stem_of
from ovos_cli.masks.ids import Ids, boxes_of

_VERSION = "5.5.0"
"""From here on LabelMe knows masks."""
_POLYGONS = ("polygon", "", None)


# Writing


def document(ids: Ids, labels: Mapping[int, str], picture: str) -> dict[str, Any]:
    """The JSON of a frame.

    Args:
        ids: (H, W) mask. labels: of its objects. picture: the name of the frame's picture.
    """
    return {
        "version": _VERSION,
        "flags": {},
        "shapes": [
            _shape(ids[y0:y1, x0:x1] == ident, (x0, y0), labels[ident], ident)
            for ident, (x0, y0, x1, y1) in boxes_of(ids).items()
        ],
        "imagePath": picture,
        "imageData": None,
        "imageHeight": ids.shape[0],
        "imageWidth": ids.shape[1],
    }


def _shape(part: Mask, corner: tuple[int, int], label: str, ident: int) -> dict[str, Any]:
    (x, y), (height, width) = corner, part.shape
    content = BytesIO()
    Image.fromarray(part.view(np.uint8)).save(content, "PNG")
    return {
        "label": label,
        "points": [[x, y], [x + width - 1, y + height - 1]],  # both corners are within
        "group_id": ident,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(content.getvalue()).decode("ascii"),
    }


# Reading


def is_labelme(value: Any) -> bool:
    """Whether JSON is of this kind."""
    return isinstance(value, dict) and "shapes" in value and "imagePath" in value


def without_picture(value: dict[str, Any]) -> dict[str, Any]:
    """The same without the frame itself, which may lie within and is large."""
    return {key: one for key, one in value.items() if key != "imageData"}


def read(files: Sequence[tuple[Any, Path]], path: Path) -> Annotated:
    """Take JSON of one or more frames for LabelMe's.

    Args:
        files: their values and paths. path: of the file or folder.

    Raises:
        InputError: one is none, or there is no mask in any.
    """
    frames, others = [], Counter[str]()
    for value, file in files:
        with refusing(file, "LabelMe's JSON"):
            frames.append(_frame(value, others))
    shown = ", ".join(f"{count} {kind}" for kind, count in others.items())
    with refusing(path, "LabelMe's JSON"):
        if not any(frame.regions for frame in frames):
            raise ValueError(f"it has no mask and no polygon{f', but {shown}' if shown else ''}")
    doubts = [f"{path}: {shown} are no masks and left out"] if shown else []
    return Annotated(path, frames, grouped=True, doubts=doubts)


def _frame(value: dict[str, Any], others: Counter[str]) -> AnnotatedFrame:
    regions = []
    for entry in sequence(value["shapes"], "shapes"):
        shape = mapping(entry, "a shape")
        kind = shape.get("shape_type")
        if kind == "mask" or kind in _POLYGONS:
            number = number_or_none(shape.get("group_id"), "group_id")
            regions.append(Region(str(shape["label"]), number, _drawing(shape)))
        else:
            others[str(kind)] += 1
    size = None
    if value.get("imageHeight") is not None and value.get("imageWidth") is not None:
        size = frame_size(value["imageHeight"], value["imageWidth"])
    return AnnotatedFrame(stem_of(value["imagePath"]), None, size, regions)


def _drawing(shape: dict[str, Any]) -> Callable[[Size], Mask]:
    if shape.get("shape_type") == "mask":
        return lambda size: _mask(shape, size)
    return lambda size: filled([np.array(shape["points"], np.float64)], size)


def _mask(shape: dict[str, Any], size: Size) -> Mask:
    (left, top), (right, bottom) = (map(round, point) for point in shape["points"])
    try:
        content = base64.b64decode(shape["mask"], validate=True)
    except binascii.Error as error:
        raise ValueError(f"its mask is no base64 text: {error}") from error
    part = np.asarray(decoded(Path(f"the mask of '{shape['label']}'"), content))
    if part.shape != (bottom - top + 1, right - left + 1):
        raise ValueError(
            f"its mask is {part.shape[1]}x{part.shape[0]}, and its box from {left}, {top} to "
            f"{right}, {bottom}"
        )
    if left < 0 or top < 0 or right >= size[1] or bottom >= size[0]:
        raise ValueError(f"its box does not lie in the frame of {size[1]}x{size[0]}")
    mask = np.zeros(size, bool)
    mask[top : bottom + 1, left : right + 1] = part > 0
    return mask
