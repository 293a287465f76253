"""What a person said, as the maps that the click head sees."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.clicks.prompt import Click
from models.modules.click_head import PROMPT_MAPS, PromptBatch

_STRIDE = 4
_REACH = (6.0, 32.0)
"""Standard deviations around a click, in pixels of the view: where it is, and what is near it."""


def prompt_maps(
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
    clicks: Sequence[Click] = (),
    earlier: NDArray[np.float32] | None = None,
) -> PromptBatch:
    """Maps of one prompt.

    Args:
        size: (H, W) of the view, multiples of 4.
        box: x0, y0, x1, y1 in pixels of the view; parts outside of it do not matter.
        clicks: in pixels of the view.
        earlier: (H/4, W/4) in [0, 1], the mask so far.

    Returns:
        A batch of one. Its maps: where clicks inside are, and what is near them; the same of those
        outside; the box; the earlier mask.
    """
    height, width = size[0] // _STRIDE, size[1] // _STRIDE
    maps = np.zeros((PROMPT_MAPS, height, width), np.float32)
    x = (np.arange(width, dtype=np.float32) + 0.5) * _STRIDE
    y = (np.arange(height, dtype=np.float32) + 0.5) * _STRIDE
    for click in clicks:
        apart = (x - (click.x + 0.5))[None] ** 2 + (y - (click.y + 0.5))[:, None] ** 2
        for place, reach in enumerate(_REACH, 0 if click.inside else len(_REACH)):
            np.maximum(maps[place], np.exp(apart / (-2 * reach**2)), out=maps[place])
    if box is not None:
        maps[4] = _covered(x, box[0], box[2])[None] * _covered(y, box[1], box[3])[:, None]
    if earlier is not None:
        maps[5] = earlier
    places = [(2 * (c.x + 0.5) / size[1] - 1, 2 * (c.y + 0.5) / size[0] - 1) for c in clicks]
    return PromptBatch(
        torch.from_numpy(maps)[None],
        torch.tensor(places, dtype=torch.float32).view(1, len(places), 2),
        torch.tensor([[1.0 if c.inside else -1.0 for c in clicks]]).view(1, len(places)),
    )


def _covered(centres: NDArray[np.float32], start: float, end: float) -> NDArray[np.float32]:
    """Which share of each cell lies between two pixels."""
    low = np.maximum(centres - _STRIDE / 2, start)
    high = np.minimum(centres + _STRIDE / 2, end)
    return np.clip((high - low) / _STRIDE, 0, 1).astype(np.float32)


def pooled(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(H/4, W/4) which share of each cell a (H, W) mask covers."""
    height, width = mask.shape
    small = (width // _STRIDE, height // _STRIDE)
    return cv2.resize(mask.astype(np.float32), small, interpolation=cv2.INTER_AREA).astype(
        np.float32, copy=False
    )
