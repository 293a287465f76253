"""A shot as `ovos segment` left it, read for a review; nothing of it is changed."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import InputError
from models.functional.masks import INSIDE
from models.tracking.cues import Cues
from ovos_cli.masks.ids import ids_in
from ovos_cli.review.estimate import estimated, of_both, read_calibration
from ovos_cli.review.history import GIVEN, Seen
from ovos_cli.review.measured import Ids, Shape, Shapes
from ovos_cli.shot.folder import ShotFolder, read_indexed
from ovos_cli.shot.instructions import parse_lock
from ovos_cli.shot.meeting import Found, backward_share
from ovos_cli.shot.object_names import ObjectNames, read_object_names
from ovos_cli.shot.options_file import options_of
from ovos_cli.shot.origins import BACKWARD, LOCKED, MERGED
from ovos_cli.shot.store import Final, Store


@dataclass
class StoredShot:
    """What is there of a shot.

    names: of objects. stems: names of the masks, by frame, rising. history: see
    `ovos_cli.review.history`. cuts: frames before which there is a cut. record: run.json. gaps:
    what is not there, for people; empty mostly.
    """

    folder: ShotFolder
    record: Mapping[str, Any]
    cuts: list[int]
    names: ObjectNames
    stems: dict[int, str] = field(default_factory=dict)
    history: dict[int, dict[int, Seen]] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether its source passed once, so that nothing can be found again."""
        return bool(self.record.get("live"))

    def masks(self, frame: int) -> Ids:
        """(H, W) ids of a frame. Raises InputError."""
        return read_indexed(self.folder.mask_file(self.stems[frame]))[0]


def read_shot(root: Path) -> StoredShot:
    """Read all that is done of a shot.

    Raises:
        InputError: it is no output folder of `ovos segment`, nothing of it is done, or what it
            holds is damaged.
    """
    folder = ShotFolder(root)
    place, record = folder.kept / "shot.sqlite", folder.read_record()
    if not root.exists():
        raise InputError(f"{root} does not exist; give an output folder of `ovos segment`")
    if record is None or not place.is_file():
        raise InputError(
            f"{root} is no output folder of `ovos segment` with a run.json that can be read: there "
            "is nothing to review"
        )
    names, store = read_object_names(root), Store(place)
    try:
        shot = StoredShot(folder, record, store.cuts(), names)
        _read(shot, store)
    finally:
        store.close()
    if not shot.stems:
        raise InputError(
            f"no frame of {root} is done yet; go on with: ovos resume {root}, then review it"
        )
    state = record.get("state", "")
    if state != "complete":
        shot.gaps.append(
            f"the run is not complete ({state or 'of unknown state'}): this is of the "
            f"{len(shot.stems)} frames that are done"
        )
    return shot


def _read(shot: StoredShot, store: Store) -> None:
    finals = {final.frame: final for final in store.finals()}
    locked = _locked(shot, finals)
    ways = _Ways(store, _given(finals))
    stems = locked | {frame: final.stem for frame, final in finals.items()}
    tracks = dict[int, dict[int, Seen]]()
    shapes, missing = Shapes(), 0
    for frame, stem in sorted(stems.items()):
        file = shot.folder.mask_file(stem)
        if not file.is_file():
            missing += 1
            continue
        ids, _ = read_indexed(file)
        origin: dict[int, str] = dict.fromkeys(sorted(ids_in(ids)), LOCKED)
        sure = dict[int, float]()
        if frame not in locked:
            origin, sure = finals[frame].origin, finals[frame].confidence
        shot.stems[frame] = stem
        for ident, shape in shapes.of(frame, ids, origin).items():
            seen = ways.seen(frame, ident, origin[ident], sure.get(ident, 1.0), shape)
            tracks.setdefault(ident, {})[frame] = seen
    shot.history = dict(sorted(tracks.items()))
    if missing:
        shot.gaps.append(f"{missing} masks are missing from {shot.folder.root / 'masks'}")
    if ways.without:
        shot.gaps.append(
            "what confidence is estimated from was not stored when this shot was made, by an "
            "earlier version of ovos: it follows from the network's own confidence alone, and sees "
            "less"
        )


def _given(finals: Mapping[int, Final]) -> dict[int, list[int]]:
    """For each object the frames in which it was given, rising."""
    given = dict[int, list[int]]()
    for frame, final in sorted(finals.items()):
        for ident, whence in final.origin.items():
            if whence in GIVEN:
                given.setdefault(ident, []).append(frame)
    return given


def _locked(shot: StoredShot, finals: Mapping[int, Final]) -> dict[int, str]:
    """Names of the masks of locked frames; where no run has found any, as far as it is a number."""
    try:
        source, *_ = options_of(shot.record.get("options", {}), shot.folder.root)
        frames = {frame for text in source.lock or () for frame in parse_lock(text)}
    except InputError:
        return {}
    digits = {len(final.stem) for final in finals.values() if final.stem.isdigit()} or {5}
    named = {frame: f"{frame:0{min(digits)}d}" for frame in frames}
    named |= {frame: finals[frame].stem for frame in frames & finals.keys()}
    there = {f: stem for f, stem in named.items() if shot.folder.mask_file(stem).is_file()}
    if len(there) < len(named):
        shot.gaps.append(f"{len(named) - len(there)} locked frames are left out")
    return there


class _Ways:
    """What the ways through a shot stored of each frame."""

    def __init__(self, store: Store, given: Mapping[int, list[int]]) -> None:
        self._store, self._given, self._calibration = store, given, read_calibration()
        self._cues = {way: store.cues(backward=way) for way in (False, True)}
        self._found: tuple[int, tuple[Found | None, Found | None]] | None = None
        self.without = False

    def seen(self, frame: int, ident: int, origin: str, sure: float, shape: Shape) -> Seen:
        """One object in one frame."""
        agreement: float | None = None
        if origin in GIVEN:
            confidence = 1.0
        elif origin == MERGED:
            confidence, agreement = self._merged(frame, ident, sure)
        else:
            cues = self._cues_of(frame, ident, backward=origin == BACKWARD)
            confidence = estimated(sure, cues, self._calibration)
        if origin not in GIVEN and not shape.area:
            confidence = self._calibration["none"]
        return Seen(
            confidence,
            origin,
            shape.area,
            shape.centre,
            shape.at_edge,
            shape.kept,
            shape.beside,
            shape.taken,
            agreement,
        )

    def _merged(self, frame: int, ident: int, sure: float) -> tuple[float, float | None]:
        """Confidence and agreement of what both ways found."""
        if self._found is None or self._found[0] != frame:
            both = tuple(self._store.latest(frame, backward=way) for way in (False, True))
            self._found = frame, (both[0], both[1])
        forward, backward = self._found[1]
        if forward is None or backward is None:
            return estimated(sure, None, self._calibration), None
        each = [
            estimated(
                found.confidence.get(ident, 0.0),
                self._cues_of(frame, ident, backward=way),
                self._calibration,
            )
            for way, found in ((False, forward), (True, backward))
        ]
        least = forward.least.get(ident, 0.0), backward.least.get(ident, 0.0)
        share = backward_share(*self._distances(frame, ident), *least)
        agreement = _overlap(forward, backward, ident)
        return of_both(each[0], each[1], share, agreement), agreement

    def _distances(self, frame: int, ident: int) -> tuple[int, int]:
        """Frames to the object's given masks before and after."""
        given = self._given.get(ident, [])
        place = bisect_left(given, frame)
        if not 0 < place < len(given):
            return 1, 1
        return frame - given[place - 1], given[place] - frame

    def _cues_of(self, frame: int, ident: int, *, backward: bool) -> Cues | None:
        cues = self._cues[backward].get(frame, {}).get(ident)
        self.without |= cues is None
        return cues


def _overlap(forward: Found, backward: Found, ident: int) -> float:
    """IoU of an object's masks; 1 where neither has any."""
    soft = [found.soft.of(ident) for found in (forward, backward)]
    masks = [np.zeros(1, bool) if s is None else s.sigmoid().numpy() > INSIDE for s in soft]
    if masks[0].shape != masks[1].shape:
        return 0.0
    united = np.count_nonzero(masks[0] | masks[1])
    return float(np.count_nonzero(masks[0] & masks[1]) / united) if united else 1.0
