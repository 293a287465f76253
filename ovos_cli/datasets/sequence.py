"""A sequence and a data set, whatever the folders look like."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.pictures.mask_values import black_and_white
from ovos_cli.datasets.annotation import Colour, Ids, header, read_ids, read_picture
from ovos_cli.masks.palette import tells_apart


class Protocol(StrEnum):
    """Whose rules say which objects and frames count.

    DAVIS: the ids from 1 to the largest of the first frame; without the first and the last frame.
    LATER: every id from the frame after its first annotation on, the last frame included.
    """

    DAVIS = "davis"
    LATER = "later"


class Submission(StrEnum):
    """Where a server wants the sequence folders inside the archive."""

    DAVIS = "davis"
    YOUTUBE = "youtube"


@dataclass(frozen=True)
class Sequence:
    """One video of a data set.

    name: the folder's name. frames: names of all frames that a method sees, in order.
    images: their paths; empty where the data set holds annotations only.
    annotations: the annotated frames' masks. starts: frames with a first annotation, in order, and
    the ids that begin there; None is every id of the mask. merged: all objects count as one.
    wanted: frames whose masks are scored by a server. categories: of objects, where known.
    complete: every annotation holds all objects, also those that began before.
    """

    name: str
    frames: tuple[str, ...]
    images: dict[str, Path]
    annotations: dict[str, Path]
    starts: dict[str, tuple[int, ...] | None]
    protocol: Protocol = Protocol.DAVIS
    merged: bool = False
    wanted: tuple[str, ...] = ()
    categories: dict[int, str] = field(default_factory=dict)
    complete: bool = False

    @property
    def has_truth(self) -> bool:
        """Whether frames are annotated that a method does not get to see."""
        given = 1 if self.complete else len(self.starts)
        return len(self.annotations) > given

    @property
    def scored(self) -> bool:
        """Whether there is a frame in which an object is scored."""
        return bool(self.compared)

    @cached_property
    def size(self) -> tuple[int, int]:
        """(H, W) of the first annotation."""
        return self.read(next(iter(self.starts))).shape

    @property
    def objects(self) -> dict[int, str]:
        """Ids that are scored, each with the frame in which it is given.

        Raises:
            InputError: see `require_objects`.
        """
        self.require_objects()
        return self._given_objects

    def require_objects(self) -> None:
        """Refuse a sequence in which there is nothing to follow.

        Raises:
            InputError: a first annotation is unreadable or holds no object.
        """
        if not self._given_objects:
            raise InputError(
                f"sequence {self.name}: its first annotation, "
                f"{self.annotations[next(iter(self.starts))]}, holds no object"
            )

    @cached_property
    def _given_objects(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for frame, ids in self.starts.items():
            if ids is None:
                present = [int(i) for i in np.unique(self.read(frame)) if i]
                if self.protocol is Protocol.DAVIS and present:
                    present = list(range(1, max(present) + 1))
                ids = tuple(present)
            found |= {ident: frame for ident in ids if ident not in found}
        return found

    @cached_property
    def compared(self) -> dict[str, list[int]]:
        """Objects that are scored in a frame, for each frame that has some, in order."""
        if not self.has_truth:
            return {}
        found: dict[str, list[int]] = {}
        for ident in self.objects:
            for frame in self.scored_frames(ident):
                found.setdefault(frame, []).append(ident)
        return {frame: found[frame] for frame in self.frames if frame in found}

    def scored_frames(self, ident: int) -> list[str]:
        """Frames in which an object is scored, by the data set's rules."""
        start = self.frames.index(self.objects[ident])
        last = len(self.frames) - (self.protocol is Protocol.DAVIS)
        return [name for name in self.frames[start + 1 : last] if name in self.annotations]

    def read(self, frame: str) -> Ids:
        """The (H, W) ids of an annotated frame: 0 background (and void), else objects.

        Raises:
            InputError: the file is missing or no mask of ids.
        """
        return read_ids(self.annotations[frame], merged=self.merged, white=self.white)

    @cached_property
    def white(self) -> bool:
        """Whether white is an object: the first annotation is black and white.

        Elsewhere 255 is void, in a frame without any object too.
        """
        return black_and_white(read_picture(self.annotations[next(iter(self.starts))]).values)

    @cached_property
    def palette(self) -> tuple[Colour, ...]:
        """The first annotation's, if it tells background and all objects apart; else empty."""
        if self.merged or self.white:
            return ()
        palette = header(self.annotations[next(iter(self.starts))]).palette
        flat = [value for colour in palette for value in colour]
        return palette if tells_apart(flat, self.objects) else ()

    def given(self, frame: str) -> Ids | None:
        """What a method gets at a frame: the mask of the objects that begin there, or None.

        Raises:
            InputError: the file is no mask of ids, or lacks an object that begins there.
        """
        if frame not in self.starts:
            return None
        ids, beginning = self.read(frame), self.starts[frame]
        if beginning is None:
            return ids
        missing = [i for i in beginning if not (ids == i).any()]
        if missing:
            raise InputError(
                f"sequence {self.name}: {self.annotations[frame]} lacks object "
                f"{', '.join(map(str, missing))}, whose first annotation it should be"
            )
        return np.where(np.isin(ids, beginning), ids, 0).astype(np.uint8)


@dataclass(frozen=True)
class Dataset:
    """Sequences of one split.

    submission: how a server takes its masks, if one keeps the ground truth. seen: categories that
    training knows (YouTube-VOS), if known. whole: how many sequences there are, where these are
    not all of them. listed: the split is a text file of names.
    """

    name: str
    split: str
    root: Path
    sequences: tuple[Sequence, ...]
    submission: Submission | None = None
    seen: frozenset[str] | None = None
    whole: int | None = None
    listed: bool = False

    @property
    def label(self) -> str:
        """The split for names of files; never that of the whole split for a part of it."""
        part = f"-{len(self.sequences)}of{self.whole}" if self.whole else ""
        return Path(self.split).stem + part

    def select(self, names: list[str] | None, limit: int | None = None) -> "Dataset":
        """The same with some sequences only, in the data set's order.

        Raises:
            InputError: a name is not in the split.
        """
        chosen = self.sequences
        if names:
            known = [s.name for s in self.sequences]
            names = _joined(names, known)
            unknown = [n for n in names if n not in known]
            if unknown:
                raise InputError(
                    f"--sequences: {', '.join(unknown)} is not in {self.name} {self.split}; "
                    f"there are: {shortened(known)}"
                )
            chosen = tuple(s for s in chosen if s.name in names)
        chosen = chosen[:limit]
        if len(chosen) == len(self.sequences):
            return self
        return replace(self, sequences=chosen, whole=self.whole or len(self.sequences))


def _joined(names: list[str], known: list[str]) -> list[str]:
    """Names that were split at a comma of their own are put together again."""
    meant = {_without_blanks(name): name for name in known}
    found, start = [], 0
    while start < len(names):
        ends = range(len(names), start, -1)
        parts = {end: _without_blanks(",".join(names[start:end])) for end in ends}
        end = next((end for end, text in parts.items() if text in meant), start + 1)
        found.append(meant.get(parts[end], names[start]))
        start = end
    return found


def _without_blanks(name: str) -> str:
    return ",".join(part.strip() for part in name.split(","))


def shortened(names: list[str], most: int = 8) -> str:
    """Names by comma, the first few of them."""
    return ", ".join(names[:most]) + (f", … ({len(names)} in all)" if len(names) > most else "")
