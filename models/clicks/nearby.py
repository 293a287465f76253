"""What a click changes of a mask that is right elsewhere."""

import cv2
import numpy as np

from models.clicks.prompt import Click, Mask

_TOUCHED = 0.1
"""Radius of what a click changes at least, of the square root of the object's area."""


def corrected(before: Mask, after: Mask, click: Click) -> Mask:
    """Of what a new click changes, only what is connected with it, and a disc around it.

    Args:
        before, after: (H, W), the mask without the click and with it.
        click: the new one.
    """
    changed = (after != before) & (after == click.inside)
    near = np.zeros(before.shape, np.uint8)
    radius = max(1, round(_TOUCHED * np.sqrt(np.count_nonzero(before))))
    cv2.circle(near, (click.x, click.y), radius, 1, -1)
    if changed[click.y, click.x]:
        _, labels = cv2.connectedComponents(changed.view(np.uint8), connectivity=4)
        near |= (labels == labels[click.y, click.x]).view(np.uint8)
    return np.where(near > 0, click.inside, before)
