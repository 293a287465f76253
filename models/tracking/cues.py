"""What speaks for an object's mask and against it, beside the network's own confidence.

The network is as sure of a wrong thing as of the right one. Whether what was given is in the mask
that was found can be asked of the features of the two frames alone, whatever lies between.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.functional.masks import thickness
from models.functional.resampling import shrink
from models.modules.descriptor import BLOCK, FrameDescriptor, Reference
from models.tracking.frames import RememberedFrames

_SHARPNESS = 20.0
"""Of correspondences between positions of two frames; about what the refinement has learned."""
_COVERED = 0.02
"""A position at stride 16 of which an object covers less is none of its own."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What was seen of one object in one frame, beside the frame in which its mask was given.

    found: how much of the given mask, by the features of both frames, is in this frame's mask, in
    [0, 1]. cells: how many the mask covers, of 4x4 pixels inside the network. given: the same of
    the given mask. thickness: of the given mask, see `models.functional.masks.thickness`.
    """

    found: float
    cells: float
    given: float
    thickness: float


def cues_of(view: FrameDescriptor, masks: Tensor, past: RememberedFrames) -> list[Cues]:
    """Cues of each object that was followed into a frame.

    Args:
        view: the frame.
        masks: (O or more, H/4, W/4) in [0, 1] of the frame.
        past: what was remembered of O objects before the frame.

    Returns:
        In the order of the objects; nothing where there are no keys, without refinement (A6).
    """
    if not view.key.numel():
        return []
    now = masks[: len(past)].float()
    here, key = _positions(now), view.key.float()
    found, given, thick = (now.new_zeros(len(past)) for _ in range(3))
    for first in past.anchored():
        own = slice(None) if first.objects is None else first.objects
        before = first.masks[own].float()
        found[own] = _found(first, _positions(before), key, here[own])
        given[own], thick[own] = before.sum((1, 2)), thickness(before)
    columns = torch.stack([found, now.sum((1, 2)), given, thick], dim=1)
    return [Cues(*row) for row in columns.tolist()]


def _found(first: Reference, given: Tensor, key: Tensor, here: Tensor) -> Tensor:
    """(K,) how much of each given mask lands in its mask here, by correspondences.

    Args:
        given, here: (K, HW). key: (HW, C) of the frame.
    """
    asked = (given.amax(0) > _COVERED).nonzero()[:, 0]
    weights = torch.softmax(first.key[asked].float() @ key.T * _SHARPNESS, dim=1)
    own = given[:, asked]
    return (own * (here @ weights.T)).sum(1) / own.sum(1).clamp_min(_COVERED)


def _positions(masks: Tensor) -> Tensor:
    """(O, HW) share of each position at stride 16 that an object covers, from (O, H/4, W/4)."""
    return shrink(masks, BLOCK).flatten(1)
