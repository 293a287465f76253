"""Proposals of one frame as they are kept in files: at the source's size, not the model's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import InputError
from models.functional.masks import paste_masks
from models.functional.selection import CUT_SIZE, clip, crop
from models.proposals import Proposals
from models.tracking.geometry import Geometry

_OUTSIDE = 1.0
"""Pixels by which a box may cross the frame's border; rounding does that."""

_MOST_CELLS = 1 << 26
"""Of the masks of a frame: 1000 of 256 x 256. More would be a mistake."""


@dataclass(frozen=True, slots=True)
class StoredProposals:
    """N proposals of one frame.

    boxes: (N, 4) float as (x0, y0, x1, y1) in pixels of the source.
    masks: (N, S, S) float in [0, 1], each relative to its box.
    scores: (N,) float in [0, 1].
    size: (H, W) of the source.
    """

    boxes: NDArray[np.float32]
    masks: NDArray[np.float32]
    scores: NDArray[np.float32]
    size: tuple[int, int]

    @classmethod
    def none(cls, size: tuple[int, int]) -> Self:
        """No proposals in a frame of `size`; (0, 0) where it is not known."""
        boxes, masks = np.zeros((0, 4), np.float32), np.zeros((0, CUT_SIZE, CUT_SIZE), np.float32)
        return cls(boxes, masks, np.zeros(0, np.float32), size)

    @classmethod
    def checked(
        cls,
        boxes: NDArray[np.generic],
        masks: NDArray[np.generic],
        scores: NDArray[np.generic],
        size: tuple[int, int],
        where: str,
    ) -> Self:
        """Check what a file holds.

        Args:
            where: file and frame, for messages.

        Raises:
            InputError: shapes that do not fit, NaN, values out of range, boxes outside of the
                frame or without extent.
        """
        if masks.size > _MOST_CELLS:
            raise InputError(f"{where}: masks {masks.shape} are too large to be relative to boxes")
        try:
            values = [np.asarray(a, np.float32) for a in (boxes, masks, scores)]
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: proposals are not numbers ({error})") from error
        b, m, s = values
        count = len(s) if s.ndim == 1 else -1
        if b.shape != (count, 4) or m.ndim != 3 or len(m) != count or m.shape[1] != m.shape[2]:
            raise InputError(
                f"{where}: proposals do not fit together: boxes {b.shape}, masks {m.shape}, scores "
                f"{s.shape}; expected (N, 4), (N, S, S) and (N,)"
            )
        if not count:
            return cls.none(size)
        if not m.shape[1]:
            raise InputError(f"{where}: masks are without pixels: {m.shape}; expected (N, S, S)")
        if not (np.isfinite(b).all() and np.isfinite(m).all() and np.isfinite(s).all()):
            raise InputError(f"{where}: boxes, masks or scores hold NaN or infinity")
        if ((s < 0) | (s > 1)).any() or ((m < 0) | (m > 1)).any():
            raise InputError(f"{where}: scores and masks must lie in 0 to 1")
        height, width = size
        limits = np.array([width, height, width, height], np.float32)
        if ((b < -_OUTSIDE) | (b > limits + _OUTSIDE)).any():
            worst = b[np.argmax(np.maximum(-b, b - limits).max(axis=1))]
            raise InputError(
                f"{where}: the box {worst.round(1).tolist()} lies outside of the frame of "
                f"{width}x{height}; boxes are x0, y0, x1, y1 in pixels"
            )
        if (b[:, 2:] <= b[:, :2]).any():
            raise InputError(f"{where}: a box has no extent; boxes are x0, y0, x1, y1 in pixels")
        inside = np.clip(b, 0, limits)  # what rounding put beyond the border is nothing
        seen = (inside[:, 2:] > inside[:, :2]).all(axis=1)
        return cls(b[seen], m[seen], s[seen], size)

    @classmethod
    def of_frame_masks(
        cls, masks: NDArray[np.generic], scores: NDArray[np.generic], where: str
    ) -> Self:
        """Take (N, H, W) masks of the whole frame, bool or in [0, 1]; empty ones are left out.

        Raises:
            InputError: as `checked`.
        """
        if masks.ndim != 3 or scores.shape != masks.shape[:1]:
            raise InputError(
                f"{where}: masks {masks.shape} and scores {scores.shape} do not fit together; "
                "expected (N, H, W) and (N,)"
            )
        size = (masks.shape[1], masks.shape[2])
        return cls.of_masks(masks, scores, size, where)

    @classmethod
    def of_masks(
        cls,
        masks: Iterable[NDArray[np.generic]],
        scores: NDArray[np.generic],
        size: tuple[int, int],
        where: str,
    ) -> Self:
        """Take masks as `of_frame_masks` does, but one by one: each (H, W), as many as scores.

        Raises:
            InputError: as `of_frame_masks`.
        """
        cuts, boxes, kept = [], [], []
        for mask in masks:
            cut, box, present = crop(torch.from_numpy(_full(mask, where)[None]))
            cuts.append(cut.numpy())
            boxes.append(box.numpy())
            kept.append(bool(present))
        if not kept:
            return cls.none(size)
        seen = np.array(kept)
        of_all = (np.concatenate(boxes)[seen], np.concatenate(cuts)[seen], scores[seen])
        return cls.checked(*of_all, size, where)

    @classmethod
    def of(cls, proposals: Proposals, geometry: Geometry) -> Self:
        """From the frame inside the model to the source; what lies in the padding is cut off."""
        height, width = geometry.scaled
        masks, boxes = clip(proposals.masks.float(), proposals.boxes.float(), height, width)
        seen = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(dim=1)
        factor = boxes.new_tensor(_factors(geometry))
        arrays = (boxes[seen] / factor, masks[seen], proposals.scores[seen])
        b, m, s = (a.float().cpu().numpy() for a in arrays)
        return cls(b, m, s, geometry.source)

    def inside(self, geometry: Geometry) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Boxes in pixels of the frame inside the model, masks and scores, as tensors."""
        height, width = geometry.scaled
        boxes = torch.from_numpy(self.boxes) * torch.tensor(_factors(geometry))
        limits = boxes.new_tensor([width, height, width, height])
        boxes = boxes.clamp_min(0).minimum(limits)
        return boxes, torch.from_numpy(self.masks), torch.from_numpy(self.scores)

    def frame_masks(self) -> NDArray[np.bool_]:
        """(N, H, W) masks of the whole source frame."""
        masks, boxes = torch.from_numpy(self.masks), torch.from_numpy(self.boxes)
        return paste_masks(masks, boxes, *self.size, stride=1).numpy() > 0.5


def _full(mask: NDArray[np.generic], where: str) -> NDArray[np.float32]:
    try:
        full = mask.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: masks are not numbers ({error})") from error
    if not ((full >= 0) & (full <= 1)).all():
        raise InputError(
            f"{where}: masks must lie in 0 to 1, without NaN; logits need a sigmoid first, "
            "0 to 255 a division"
        )
    return full


def _factors(geometry: Geometry) -> list[float]:
    """Model's pixels for each of the source's, for x0, y0, x1, y1."""
    (height, width), (h, w) = geometry.source, geometry.scaled
    return [w / width, h / height] * 2
