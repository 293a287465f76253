"""Pictures of the page: frames with outlines or tints, as WebP inside data URIs."""

import base64
import io
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Colour = tuple[int, int, int]

TRUTH: Colour = (0, 230, 200)
PREDICTION: Colour = (255, 60, 150)
_TINT = 0.5
_QUALITY = 80
_LEAST_SHARE = 0.4
"""Least part of the frame's sides that a crop keeps: some context must stay."""


def data_uri(image: Pixels) -> str:
    """An (H, W, 3) picture as a WebP data URI."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", quality=_QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def scaled(image: Pixels, width: int) -> Pixels:
    """Scale to a width, not beyond the picture's own."""
    height, own = image.shape[:2]
    if own <= width:
        return image
    size = (width, max(1, round(height * width / own)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def window(masks: Mask, ratio: float) -> tuple[slice, slice]:
    """Rows and columns around everything set in (H, W), as wide as `ratio` times their height.

    Small regions get context, at least `_LEAST_SHARE` of the frame; large or empty ones the frame.
    """
    height, width = masks.shape
    ys, xs = np.flatnonzero(masks.any(axis=1)), np.flatnonzero(masks.any(axis=0))
    if not ys.size:
        return slice(0, height), slice(0, width)
    tall, wide = 1.5 * (ys[-1] - ys[0] + 1), 1.5 * (xs[-1] - xs[0] + 1)
    tall = max(tall, wide / ratio, _LEAST_SHARE * height)
    rows, columns = min(height, round(tall)), min(width, round(tall * ratio))
    top = int(np.clip((ys[0] + ys[-1] + 1 - rows) // 2, 0, height - rows))
    left = int(np.clip((xs[0] + xs[-1] + 1 - columns) // 2, 0, width - columns))
    return slice(top, top + rows), slice(left, left + columns)


def comparison(image: Pixels, truth: Mask, prediction: Mask, width: int) -> Pixels:
    """A frame around one object, outlined as it is (`TRUTH`) and as predicted (`PREDICTION`).

    Args:
        image: (H, W, 3).
        truth, prediction: (H, W).
        width: of the result in pixels, at which outlines are drawn.
    """
    height, own = truth.shape
    rows, columns = window(truth | prediction, own / height)
    out = image[rows, columns]
    scale = width / out.shape[1]
    size = (width, round(out.shape[0] * scale))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    out = np.asarray(cv2.resize(out, size, interpolation=kind), np.uint8)
    shapes = [(truth, TRUTH), (prediction, PREDICTION)]
    contours = [(_contours(m[rows, columns], size), colour) for m, colour in shapes]
    for found, _ in contours:
        cv2.drawContours(out, found, -1, (0, 0, 0), 5, cv2.LINE_AA)
    for found, colour in contours:
        cv2.drawContours(out, found, -1, colour, 2, cv2.LINE_AA)
    return out


def thumbnail(image: Pixels, ids: Pixels, colours: Mapping[int, Colour], width: int) -> Pixels:
    """A small frame with its objects tinted and outlined in their colours.

    Args:
        image: (H, W, 3).
        ids: (H, W), 0 background.
        colours: of each id; ids that are not named stay as they are.
        width: of the result in pixels.
    """
    out = scaled(image, width).copy()
    size = (out.shape[1], out.shape[0])
    for ident, colour in colours.items():
        contours = _contours(ids == ident, size)
        if not contours:
            continue
        inside = np.zeros(out.shape[:2], np.uint8)
        cv2.drawContours(inside, contours, -1, 1, cv2.FILLED)
        tinted = (1 - _TINT) * out + _TINT * np.array(colour)
        out = np.where(inside[..., None] > 0, tinted, out).astype(np.uint8)
        cv2.drawContours(out, contours, -1, colour, 1, cv2.LINE_AA)
    return out


def _contours(mask: Mask, size: tuple[int, int]) -> list[NDArray[np.int32]]:
    """Outlines of a mask scaled to (width, height); outer and inner ones."""
    kind = cv2.INTER_AREA if size[0] < mask.shape[1] else cv2.INTER_LINEAR
    soft = cv2.resize(mask.astype(np.float32), size, interpolation=kind)
    big = (soft > 0.5).astype(np.uint8)
    found, _ = cv2.findContours(big, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(c, np.int32) for c in found]


def rgb(colour: str) -> Colour:
    """#rrggbb as numbers."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
