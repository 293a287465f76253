"""What a person gave of a shot, with its pixels."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
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

    def copy(self) -> "Annotations":
        """The same, to be changed apart."""
        return Annotations(
            dict(self.masks), dict(self.absences), dict(self.locked), dict(self._locked_masks)
        )

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
        self._keep_absences()

    def drop(self, ident: int, span: Span) -> None:
        """See `Shot.drop`."""
        frames = self._frames_of(ident)
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

    def undrop(self, ident: int, first: int) -> None:
        """See `Shot.undrop`."""
        spans = self.absences.get(ident, ())
        kept = tuple(span for span in spans if span.first != first)
        if kept == spans:
            raise InputError(f"nobody said that object {ident} is away from frame {first} on")
        self._set_absences(ident, kept)

    def clear(self, frame: int, ident: int | None) -> None:
        """See `Shot.clear`."""
        ids = self.masks.pop(frame, None)
        if ids is not None and ident is not None and (rest := np.where(ids == ident, 0, ids)).any():
            self.masks[frame] = rest.astype(np.uint8)
        self._keep_absences()

    def lock(self, masks: Mapping[int, Ids]) -> None:
        """See `Shot.lock`. Masks are looked up one at a time, and few are kept."""
        present = {frame: frozenset(ids_in(masks[frame])) for frame in masks}
        self.locked |= present
        self._locked_masks |= {frame: masks[frame] for frame in representatives(present)}

    def unlock(self, frames: Collection[int]) -> None:
        """See `Shot.unlock`."""
        for frame in frames:
            self.locked.pop(frame, None)
            self._locked_masks.pop(frame, None)
        self._keep_absences()

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

    def _frames_of(self, ident: int) -> list[int]:
        """Frames in which an object is given."""
        frames = [f for f, ids in self.masks.items() if ident in ids_in(ids)]
        return frames + [f for f, ids in self.locked.items() if ident in ids]

    def _keep_absences(self) -> None:
        """Keep those alone that could be said now: see `drop`."""
        for ident, spans in [*self.absences.items()]:
            frames = self._frames_of(ident)
            kept = (s for s in spans if frames and (s.last is not None or s.first >= min(frames)))
            self._set_absences(ident, tuple(kept))

    def _set_absences(self, ident: int, spans: tuple[Span, ...]) -> None:
        if spans:
            self.absences[ident] = spans
        else:
            self.absences.pop(ident, None)


def _digest(ids: Ids) -> str:
    return hashlib.sha256(
        repr(ids.shape).encode() + np.ascontiguousarray(ids).tobytes()
    ).hexdigest()
