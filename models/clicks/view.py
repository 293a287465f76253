"""A part of a frame as the click head sees it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clicks.prompt import Box, Click, Mask

STRIDE = 4
_MULTIPLE = 32
_SIDE = 352
"""Of a view with as many pixels, if it were square."""
_AROUND, _LEAST = 0.2, 24
"""What of the surroundings is seen on each side: a share of the object's, and pixels at least."""
_MOST_ENLARGED = 4.0


@dataclass(frozen=True, slots=True)
class View:
    """A window of a frame, scaled.

    window: x0, y0, x1, y1 in pixels of the frame. size: (h, w) to which it is scaled. padded:
    (H, W) multiples of 4, with nothing at the bottom and the right.
    """

    window: Box
    size: tuple[int, int]
    padded: tuple[int, int]

    @classmethod
    def around(cls, frame: tuple[int, int], *boxes: Box) -> "View":
        """A view of boxes and what is around them.

        Args:
            frame: (H, W).
            boxes: in pixels, one at least.
        """
        sides = np.array(boxes)
        (x0, y0), (x1, y1) = sides[:, :2].min(axis=0), sides[:, 2:].max(axis=0)
        dx, dy = max(_LEAST, _AROUND * (x1 - x0)), max(_LEAST, _AROUND * (y1 - y0))
        height, width = frame
        window = (
            max(0, int(x0 - dx)),
            max(0, int(y0 - dy)),
            min(width, int(np.ceil(x1 + dx))),
            min(height, int(np.ceil(y1 + dy))),
        )
        w, h = window[2] - window[0], window[3] - window[1]
        scale = min(_MOST_ENLARGED, _SIDE / (w * h) ** 0.5)
        size = (_multiple(h * scale), _multiple(w * scale))
        return cls(window, size, size)

    def picture(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(h, w, 3) of the frame's pixels."""
        x0, y0, x1, y1 = self.window
        h, w = self.size
        how = cv2.INTER_AREA if h * w < (x1 - x0) * (y1 - y0) else cv2.INTER_LINEAR
        part = frame[y0:y1, x0:x1]
        return np.asarray(cv2.resize(part, (w, h), interpolation=how), np.uint8)

    def click(self, click: Click) -> Click:
        """A click in pixels of the view; one outside of the window stays outside."""
        x0, y0, x1, y1 = self.window
        x = (click.x + 0.5 - x0) * self.size[1] / (x1 - x0)
        y = (click.y + 0.5 - y0) * self.size[0] / (y1 - y0)
        return Click(int(np.floor(x)), int(np.floor(y)), click.inside)

    def box(self, box: Box) -> tuple[float, float, float, float]:
        """A box in pixels of the view."""
        x0, y0, x1, y1 = self.window
        across, down = self.size[1] / (x1 - x0), self.size[0] / (y1 - y0)
        return (
            (box[0] - x0) * across,
            (box[1] - y0) * down,
            (box[2] - x0) * across,
            (box[3] - y0) * down,
        )

    def cells(self, mask: NDArray[np.generic]) -> NDArray[np.float32]:
        """(H/4, W/4) how much of a mask of the frame, (H, W) in [0, 1], each cell holds."""
        x0, y0, x1, y1 = self.window
        h, w = self.size
        part = mask[y0:y1, x0:x1].astype(np.float32)
        shown = cv2.resize(part, (w, h), interpolation=cv2.INTER_AREA)
        whole = np.zeros(self.padded, np.float32)
        whole[:h, :w] = shown
        small = (self.padded[1] // STRIDE, self.padded[0] // STRIDE)
        return np.asarray(cv2.resize(whole, small, interpolation=cv2.INTER_AREA), np.float32)

    def inside(self, logits: NDArray[np.float32], frame: tuple[int, int]) -> Mask:
        """(H, W) of the frame, where logits (H/4, W/4) of the view are positive."""
        x0, y0, x1, y1 = self.window
        h, w = self.size
        wide = cv2.resize(logits, self.padded[::-1], interpolation=cv2.INTER_LINEAR)[:h, :w]
        shown = cv2.resize(wide, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        found = np.zeros(frame, bool)
        found[y0:y1, x0:x1] = shown > 0
        return found


def _multiple(length: float) -> int:
    return max(_MULTIPLE, round(length / _MULTIPLE) * _MULTIPLE)
