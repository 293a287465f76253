"""What a person gave of a shot, with its pixels."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.tracking.objects import Ids
from ovos_cli.masks.ids import ids_in, laid_over
from ovos_cli.shot.prompts import Keyframe, Prompts, Span, representatives

MOST_IDS = 254


@dataclass
class Annotations:
    """Masks by frame, absences by object, and frames that are locked.

    masks: what a person gave, (H, W) ids. locked: for each locked frame the ids in its masks.
    """

    masks: dict[int, Ids] = field(default_factory=dict)
    absences: dict[int, tuple[Span, ...]] = field(default_factory=dict)
    locked: dict[int, frozenset[int]] = field(default_factory=dict)
    _locked_masks: dict[int, Ids] = field(default_factory=dict)

    def put(self, frame: int, masks: NDArray[np.integer]) -> None:
        """See `Shot.put`."""
        ids = np.asarray(masks)
        if ids.ndim != 2 or not np.issubdtype(ids.dtype, np.integer):
            raise InputError(f"the mask of frame {frame} is no (height, width) array of ids")
        if not ids.any():
            raise InputError(f"the mask of frame {frame} holds no object: every pixel is 0")
        if ids.min() < 0 or ids.max() > MOST_IDS:
            raise InputError(f"the mask of frame {frame} holds ids beyond 1 to {MOST_IDS}")
        known = next(iter((self.masks | self._locked_masks).values()), ids)
        if known.shape != ids.shape:
            raise InputError(
                f"the mask of frame {frame} is {ids.shape[1]}x{ids.shape[0]}, and others are "
                f"{known.shape[1]}x{known.shape[0]}"
            )
        self.masks[frame] = laid_over(self.masks.get(frame), ids.astype(np.uint8))

    def drop(self, ident: int, span: Span) -> None:
        """See `Shot.drop`."""
        frames = [f for f, ids in self.masks.items() if ident in ids_in(ids)]
        frames += [f for f, ids in self.locked.items() if ident in ids]
        if not frames:
            known = sorted({i for ids in self.masks.values() for i in ids_in(ids)})
            raise InputError(
                f"object {ident} cannot be dropped: no mask of it is given (there are "
                f"{', '.join(map(str, known)) or 'none'})"
            )
        if span.last is not None and span.last < span.first:
            raise InputError(
                f"object {ident} cannot be dropped from frame {span.first} to {span.last}, which "
                "comes before"
            )
        if span.first < min(frames) and span.last is None:
            raise InputError(
                f"object {ident} cannot be dropped at frame {span.first}: its first mask is of "
                f"frame {min(frames)}"
            )
        self.absences[ident] = (*self.absences.get(ident, ()), span)

    def clear(self, frame: int, ident: int | None) -> None:
        """See `Shot.clear`."""
        ids = self.masks.pop(frame, None)
        if ids is not None and ident is not None and (rest := np.where(ids == ident, 0, ids)).any():
            self.masks[frame] = rest.astype(np.uint8)

    def lock(self, masks: Mapping[int, Ids]) -> None:
        """See `Shot.lock`. Masks are looked up one at a time, and few are kept."""
        present = {frame: frozenset(ids_in(masks[frame])) for frame in masks}
        self.locked |= present
        self._locked_masks |= {frame: masks[frame] for frame in representatives(present)}

    def given(self) -> dict[int, Ids]:
        """By frame, all masks that results follow from."""
        return self.masks | self._locked_masks

    def prompts(self, first: int, last: int | None, *, forward: bool) -> Prompts:
        """The same for the planner, without the pixels."""
        keyframes = {
            frame: Keyframe(frozenset(ids_in(ids)), _digest(ids), frame in self.locked)
            for frame, ids in self.given().items()
        }
        locked = frozenset(self.locked)
        return Prompts(keyframes, first, last, dict(self.absences), locked, forward)

    def sizes(self) -> Iterable[tuple[int, tuple[int, int]]]:
        """(frame, (H, W)) of each mask."""
        return ((frame, (ids.shape[0], ids.shape[1])) for frame, ids in self.given().items())


def _digest(ids: Ids) -> str:
    return hashlib.sha256(
        repr(ids.shape).encode() + np.ascontiguousarray(ids).tobytes()
    ).hexdigest()
