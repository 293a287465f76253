"""Where the forward and the backward way meet: one answer from both."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from models.functional.aggregation import LIMIT
from models.tracking.geometry import Geometry
from models.tracking.merging import answer, merge
from models.tracking.objects import Ids
from models.tracking.soft import Levels, SoftMasks, levels_of, logits_of
from ovos_cli.shot.origins import BACKWARD, FORWARD, GIVEN, MERGED
from ovos_cli.shot.prompts import Prompts

_TRUST = 2.0
"""How much more the surer of the two ways counts: a power of its least confidence."""
_LEAST = 0.01
"""Confidence of a way that has lost an object: it counts where the other has lost it too."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one way found in a frame.

    confidence: in [0, 1], for each id of `soft`. least: the lowest since the object's given mask.
    """

    soft: SoftMasks
    confidence: dict[int, float]
    least: dict[int, float]


@dataclass(frozen=True, slots=True)
class FinalMasks:
    """The masks of a frame.

    ids: (H, W) uint8 at the source's size. confidence, origin: for each object that is followed
    there; see `models.FrameMasks`, and the names above. soft: of those that were not given.
    """

    ids: Ids
    confidence: dict[int, float]
    origin: dict[int, str]
    soft: SoftMasks | None = field(default=None, repr=False)


def backward_share(
    from_before: int, to_after: int, forward: float = 1.0, backward: float = 1.0
) -> float:
    """How much of a mask is the backward way's, in [0, 1].

    Linear in the distance from the given mask before to the one after, so that nothing jumps at
    either of them; a way that was surer all along counts more. One that was unsure once may follow
    something else since, and surely.

    Args:
        from_before, to_after: frames to the object's given masks, 1 or more.
        forward, backward: least confidences since these, in [0, 1].
    """
    ahead = from_before * max(backward, _LEAST) ** _TRUST
    behind = to_after * max(forward, _LEAST) ** _TRUST
    return ahead / (ahead + behind)


def way_to_trust(before: int, frame: int, after: int, cuts: Collection[int]) -> str | None:
    """Which way alone counts in a frame between two given masks, or None: both do.

    A way that has crossed a cut had to find the object anew; one that has not, has followed it.

    Args:
        before, frame, after: frames, of the given masks those beside.
        cuts: frames before which there is a cut.
    """
    ahead = any(before < cut <= frame for cut in cuts)
    behind = any(frame < cut <= after for cut in cuts)
    if ahead == behind:
        return None
    return BACKWARD if ahead else FORWARD


def final_masks(
    prompts: Prompts,
    frame: int,
    forward: Found | None,
    backward: Found | None,
    given: Ids | None,
    geometry: Geometry,
    ready: Ids | None = None,
    cuts: Collection[int] = (),
) -> FinalMasks:
    """Masks of a frame from both ways and what was given.

    Args:
        forward, backward: what the ways found; None where they do not pass.
        given: (H, W) masks that a person gave in this frame, 0 elsewhere.
        geometry: of the video.
        ready: the ids, where the forward way alone was there and they are known.
        cuts: frames before which there is a cut.
    """
    here = prompts.keyframes[frame].objects if frame in prompts.keyframes else frozenset()
    origin, sure = dict.fromkeys(here, GIVEN), dict.fromkeys(here, 1.0)
    followed = _followed(forward, backward)
    levels = list[Levels]()
    for ident in followed:
        found, whence, confidence = _one(prompts, ident, frame, forward, backward, cuts)
        levels.append(found)
        if whence and ident not in here and not prompts.away(ident, frame):
            origin[ident], sure[ident] = whence, confidence
    soft: SoftMasks | None = None
    ids = np.zeros(geometry.source, np.uint8) if ready is None else ready
    if levels:
        soft = SoftMasks(followed, np.stack(levels))
    if soft is not None and ready is None:
        nowhere = [row for row, i in enumerate(followed) if origin.get(i, GIVEN) == GIVEN]
        merged = merge(torch.from_numpy(soft.levels), geometry, nowhere)
        winner, both = answer(merged, geometry)
        ids = np.array([0, *followed], np.uint8)[winner.numpy()]
        for ident, confidence in zip(followed, both.tolist(), strict=True):
            if origin.get(ident) == MERGED:
                sure[ident] = confidence
    if given is not None:
        ids = np.where(given > 0, given, ids)
    every = sorted(sure)
    return FinalMasks(ids, {i: sure[i] for i in every}, {i: origin[i] for i in every}, soft)


def probabilities(masks: FinalMasks, geometry: Geometry) -> dict[int, NDArray[np.float32]]:
    """Soft masks of a frame, for each object that is followed there.

    Returns:
        (H, W) in [0, 1] at the source's size, by id; with the background they add up to 1. Of given
        masks, 0 and 1.
    """
    given = [i for i, whence in masks.origin.items() if whence == GIVEN]
    found = {i: (masks.ids == i).astype(np.float32) for i in given}
    if masks.soft is not None:
        ids = masks.soft.ids
        nowhere = [row for row, i in enumerate(ids) if masks.origin.get(i, GIVEN) == GIVEN]
        merged = merge(torch.from_numpy(masks.soft.levels), geometry, nowhere)
        soft = geometry.to_source(merged.probabilities).clamp(0, 1)
        for row, ident in enumerate(ids):
            if row not in nowhere:
                found[ident] = np.where(np.isin(masks.ids, given), 0, soft[row].numpy())
    return {i: found[i].astype(np.float32) for i in sorted(found)}


def _followed(forward: Found | None, backward: Found | None) -> tuple[int, ...]:
    """Ids of both ways, in the order in which the forward way has them."""
    ids = [*forward.soft.ids] if forward is not None else []
    if backward is not None:
        ids += [i for i in backward.soft.ids if i not in ids]
    return tuple(ids)


def _one(
    prompts: Prompts,
    ident: int,
    frame: int,
    forward: Found | None,
    backward: Found | None,
    cuts: Collection[int],
) -> tuple[Levels, str, float]:
    """(H/4, W/4) levels of one object, the way that they are from, and how sure it is.

    No way's, where an object is followed along only.
    """
    before, after = prompts.beside(ident, frame)
    ahead = forward.soft.row(ident) if forward is not None else None
    behind = backward.soft.row(ident) if backward is not None else None
    if ahead is not None and behind is not None and before is not None and after is not None:
        assert forward is not None and backward is not None
        alone = way_to_trust(before, frame, after, cuts)
        if alone is not None:
            found, way = (ahead, forward) if alone == FORWARD else (behind, backward)
            return found, alone, way.confidence.get(ident, 0.0)
        least = forward.least.get(ident, 0.0), backward.least.get(ident, 0.0)
        share = backward_share(frame - before, after - frame, *least)
        forth, back = (torch.sigmoid(logits_of(torch.from_numpy(x))) for x in (ahead, behind))
        mixed = torch.logit(torch.lerp(forth, back, share)).clamp(-LIMIT, LIMIT)
        return levels_of(mixed).numpy(), MERGED, 0.0
    if ahead is not None and before is not None:
        assert forward is not None
        return ahead, FORWARD, forward.confidence.get(ident, 0.0)
    if behind is not None:
        assert backward is not None
        return behind, BACKWARD if after is not None else "", backward.confidence.get(ident, 0.0)
    assert ahead is not None
    return ahead, "", 0.0
