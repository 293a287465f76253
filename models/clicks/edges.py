"""Edges of an object in the picture, around a belief of where it is: GrabCut (OpenCV)."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clicks.choice import Belief
from models.clicks.prompt import Box, Click, Mask
from models.functional.masks import INSIDE

_SURE, _NEVER = 0.8, 0.1
"""Belief above which a pixel is the object's for sure, and below which it is not."""
_MARGIN, _BORDER = 0.5, 8
"""What of the surroundings is looked at: a part of the object's size, and pixels beside it."""
_LONG_SIDE, _MOST_ENLARGED = 320, 4.0
"""Of the window that is cut: pixels, and how many times a small one is enlarged at most."""
_POINT = 0.01
"""Radius of what a click says, of the frame's short side."""
_ITERATIONS, _SEED = 2, 0
_NO_BOX = (0, 0, 0, 0)


def cut_out(
    frame: NDArray[np.uint8], belief: Belief, box: Box | None, clicks: Sequence[Click]
) -> Mask:
    """The object within a window around it, by the colours inside and outside.

    Args:
        frame: (H, W, 3) RGB.
        belief: (H, W).
        box: nothing of the object is outside of it.
        clicks: kept to.

    Returns:
        (H, W) bool; empty where nothing is believed, and no click is inside.
    """
    height, width = belief.shape
    window = _window(belief, box, clicks)
    if window is None:
        return np.zeros(belief.shape, bool)
    left, top, right, bottom = window
    shape = (right - left, bottom - top)
    scale = min(_MOST_ENLARGED, _LONG_SIDE / max(shape))
    small = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    part = np.s_[top:bottom, left:right]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(frame[part], small, interpolation=how), np.uint8)
    shown = np.asarray(cv2.resize(belief[part], small, interpolation=how), np.float32)
    labels = _labels(shown, bounded=box is not None)
    if box is not None:
        x0, y0, x1, y1 = (
            round((side - start) * scale)
            for side, start in zip(box, (left, top, left, top), strict=True)
        )
        within = np.zeros(labels.shape, bool)
        within[y0:y1, x0:x1] = True
        labels[~within] = cv2.GC_BGD
    radius = max(1, round(_POINT * min(height, width) * scale))
    for click in clicks:
        at = (int((click.x - left) * scale), int((click.y - top) * scale))
        cv2.circle(labels, at, radius, cv2.GC_FGD if click.inside else cv2.GC_BGD, -1)
    found = np.zeros(belief.shape, bool)
    inside = _cut(picture, labels).astype(np.float32)
    found[part] = cv2.resize(inside, shape, interpolation=cv2.INTER_LINEAR) > INSIDE
    for click in clicks:
        found[click.y, click.x] = click.inside
    return found


def _window(belief: Belief, box: Box | None, clicks: Sequence[Click]) -> Box | None:
    """What is looked at: the object and its surroundings."""
    x, y, w, h = cv2.boundingRect((belief > _NEVER).view(np.uint8))
    spans = [box] if box is not None else [(x, y, x + w, y + h)] if w else []
    spans += [(c.x, c.y, c.x + 1, c.y + 1) for c in clicks if c.inside]
    if not spans:
        return None
    sides = np.array(spans)
    (x0, y0), (x1, y1) = sides[:, :2].min(axis=0), sides[:, 2:].max(axis=0)
    across, down = _BORDER + int(_MARGIN * (x1 - x0)), _BORDER + int(_MARGIN * (y1 - y0))
    height, width = belief.shape
    return (
        max(0, int(x0) - across),
        max(0, int(y0) - down),
        min(width, int(x1) + across),
        min(height, int(y1) + down),
    )


def _labels(belief: Belief, *, bounded: bool) -> NDArray[np.uint8]:
    """GrabCut's labels; within a box, what nobody believed may still be the object's."""
    labels = np.where(belief > INSIDE, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[belief > _SURE] = cv2.GC_FGD
    if not bounded:
        labels[belief <= _NEVER] = cv2.GC_BGD
    return labels


def _cut(picture: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Mask:
    inside = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if inside.any() and not inside.all():  # colours of both are needed
        cv2.setRNGSeed(_SEED)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(picture, labels, _NO_BOX, *models, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
        inside = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return inside
