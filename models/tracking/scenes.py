"""What a frame after a cut follows on, since it does not follow on the frame before it."""

from dataclasses import replace

import torch
from torch import Tensor

from models.functional.masks import mask_boxes
from models.network import MASK_STRIDE
from models.tracking.frames import RememberedFrame, RememberedFrames

KNOWN = 0.93
"""Cosine of two frames' looks from which on they are held to be of one scene: in DAVIS, 98 % of
those six or twelve frames apart, 82 % of those 24 apart, and 0.6 % of those of two videos."""


def following(past: RememberedFrames, look: Tensor, *, cut: bool) -> RememberedFrames:
    """What the next frame is to follow on.

    After a cut that is the remembered frame that looks most like it, if it is of the same scene:
    objects are looked for where they were in it. In an unknown scene there is nothing to follow
    on, and each object is away until it is matched, or until a scene comes back in which it was.

    Args:
        past: what is remembered.
        look: (C,) of the next frame, see `FrameDescriptor`.
        cut: whether a cut lies before it.
    """
    if not cut and not any(past.away):
        return past
    if cut:
        past = replace(past, frames=(*past.frames[:-1], replace(past.previous, ends=True)))
        candidates = past.frames
    else:  # a scene that comes back without a cut: in a dissolve, or after a flash
        candidates = tuple(f for f in past.frames if _shows(f, past.away))
    likest, likeness = _likest(candidates, look)
    if likest is not None and likeness >= KNOWN:
        return _as_in(past, likest)
    if not cut:
        return past
    nothing = replace(past.previous, masks=torch.zeros_like(past.previous.masks))
    return replace(past, before=nothing, away=(True,) * len(past))


def _shows(frame: RememberedFrame, wanted: tuple[bool, ...]) -> bool:
    return any(here and asked for here, asked in zip(frame.present, wanted, strict=False))


def _likest(
    frames: tuple[RememberedFrame, ...], look: Tensor
) -> tuple[RememberedFrame | None, float]:
    """The frame that looks most like another one, and how much."""
    if not frames:
        return None, 0.0
    likeness = torch.stack([frame.look for frame in frames]) @ look
    best = int(likeness.argmax())
    return frames[best], float(likeness[best])


def _as_in(past: RememberedFrames, frame: RememberedFrame) -> RememberedFrames:
    """Objects where they are in a remembered frame; those that are not in it stay away."""
    missing = len(past) - len(frame)
    present = torch.tensor((*frame.present, *(False,) * missing), device=past.boxes.device)
    boxes, _ = mask_boxes(frame.masks)
    boxes = torch.cat([boxes * MASK_STRIDE, boxes.new_zeros(missing, 4)])
    return replace(
        past,
        before=frame,
        boxes=torch.where(present[:, None], boxes, past.boxes),
        away=tuple(not here for here in present.tolist()),
    )
