"""A shot: a video, what a person said of it, and the masks that follow from that."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.tracking.objects import Ids
from models.tracking.segmenter import Segmenter
from ovos_cli.masks.ids import ids_in
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.preparing import Cache
from ovos_cli.shot.annotations import Annotations
from ovos_cli.shot.going import Passed
from ovos_cli.shot.known import Known
from ovos_cli.shot.meeting import FinalMasks
from ovos_cli.shot.passes import Passes
from ovos_cli.shot.plan import Chain, Plan, hashed
from ovos_cli.shot.prompts import Span
from ovos_cli.shot.remaining import Part, Wanted, missing_part
from ovos_cli.shot.single_pass import refuse_going_back
from ovos_cli.shot.store import Final, Store


@dataclass(frozen=True, slots=True)
class ShotFrame:
    """A frame whose masks are known.

    index: in the source. key: what the masks follow from. frame: itself, where it was just read.
    """

    index: int
    masks: FinalMasks
    key: str
    frame: Frame | None = None


class Shot:
    """Masks may be put in any frame, in any order; `run` computes what is not known yet.

    See `open_shot`. While one thread runs, others may say more: a run keeps to what was said when
    it began, and the next one computes what has changed since.

    >>> shot.put(0, first)
    >>> for done in shot.run():
    ...     show(done.index, done.masks.ids)
    >>> shot.put(57, corrected)
    >>> for done in shot.run():  # only frames that the correction changes
    ...     show(done.index, done.masks.ids)
    """

    def __init__(
        self,
        reader: FrameReader,
        segmenter: Segmenter,
        folder: Path,
        base: str = "",
        *,
        forward: bool = False,
        cuts: bool = True,
    ) -> None:
        """Open a shot, with what was found of it before.

        Args:
            reader: of the video; its range of frames is the shot's.
            segmenter: nobody else's.
            folder: an existing one, for what is found.
            base: what all results follow from besides masks: the source, weights, settings.
            forward: nothing is looked for before its first mask, nor backward from a later one.
            cuts: look for cuts, across which nothing is followed.

        Raises:
            InputError: the folder holds something else. OvosError: it cannot be written.
        """
        self.reader, self.segmenter = reader, segmenter
        self.base = hashed(base, cuts)
        self.annotations = Annotations()
        self.store = Store(folder / "shot.sqlite")
        self.cache: Cache | None = None
        self.passes = Passes(reader, segmenter, self.store, folder, cuts=cuts)
        self._forward, self._cuts = forward, cuts
        self._end: int | None = None
        self._planned: Plan | None = None
        self._lock = RLock()

    def put(self, frame: int, masks: NDArray[np.integer]) -> None:
        """Give masks of objects in a frame: new ones begin there, others are corrected.

        Args:
            frame: its index in the source.
            masks: (H, W) ids of objects, 1 to 254; 0 says nothing of an object. They replace what
                was given of the same objects in this frame before.

        Raises:
            InputError: no object, an id above 254, another size than other masks, or a frame that
                is not in the shot's range.
        """
        self._check(frame)
        with self._saying() as annotations:
            annotations.put(frame, masks)

    def drop(self, ident: int, first: int, last: int | None = None) -> None:
        """Say that an object is out of sight.

        Args:
            ident: of the object.
            first, last: frames, included; None is until it is given again, or the end.

        Raises:
            InputError: no such object, a frame out of range, or before the object begins.
        """
        self._check(first)
        with self._saying() as annotations:
            annotations.drop(ident, Span(first, last))

    def undrop(self, ident: int, first: int) -> None:
        """Take back that an object is out of sight from a frame on.

        Raises:
            InputError: nobody said so.
        """
        with self._saying() as annotations:
            annotations.undrop(ident, first)

    def clear(self, frame: int, ident: int | None = None) -> None:
        """Take back what was given in a frame: of an object, or of all.

        Absences of an object that could not be said without it are taken back too.
        """
        with self._saying() as annotations:
            annotations.clear(frame, ident)

    def lock(self, masks: Mapping[int, Ids]) -> None:
        """Take masks as final: these frames are not computed, and count as given.

        Args:
            masks: by frame, (H, W) ids. An object that is not in them is out of sight there.
        """
        for frame in masks:
            self._check(frame)
        with self._saying() as annotations:
            annotations.lock(masks)

    def unlock(self, frames: Collection[int]) -> None:
        """Take masks of frames as final no longer."""
        with self._saying() as annotations:
            annotations.unlock(frames)

    def say(self, annotations: Annotations) -> None:
        """Take all that a person says at once, in place of what was said before."""
        with self._saying():
            self.annotations = annotations

    @property
    def plan(self) -> Plan:
        """What is to be computed, and from what."""
        with self._lock:
            if self._planned is None:
                prompts = self.annotations.prompts(
                    self.reader.start, self.last, forward=self._forward
                )
                self._planned = Plan(prompts, self.base)
            return self._planned

    @property
    def cuts(self) -> list[int]:
        """Frames before which there is a cut, rising, as far as they were gone through."""
        return self.store.cuts() if self._cuts else []

    @property
    def at(self) -> int | None:
        """The frame that is being gone through; None before the first."""
        return self.passes.at

    @property
    def last(self) -> int | None:
        """The last frame of the shot, or one that it has at most; None is any."""
        return self.reader.end if self._end is None else self._end

    def run(
        self,
        first: int | None = None,
        last: int | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Generator[ShotFrame]:
        """Compute what is not known yet, and yield each frame whose masks are new.

        They come as they are done: rising, and where both ways meet, falling. `note` those whose
        masks are kept, so that they do not come again.

        Args:
            first, last: of the frames that are wanted, included; None is the shot's range. What
                lies on the way to them comes too.
            tick: called after each frame that was gone through.

        Raises:
            InputError: nothing is given, or beyond the source's end; a mask is of another size than
                the frames; a frame cannot be read. OvosError: what is found cannot be stored.
        """
        self._check_given()
        self.check_passes()
        if last is not None or not self.streams():
            self.find_end()
        known, noted = self._known(), self.store.final_keys()
        plan, wanted = known.plan, self._wanted(first, last)
        for chain in plan.chains:
            part, reached = self._missing(plan, chain, wanted), None
            if part is None:
                continue
            with closing(self.passes.through(chain, part, known, self.cache)) as passes:
                for passed in passes:
                    reached = passed.frame.index
                    done = _finished(known, reached, passed)
                    if done is not None and noted.get(reached) != done.key:
                        noted[reached] = done.key
                        yield done
                    tick()  # what it raises leaves no frame out
            if reached is not None:
                self._note_end(plan, chain, reached)
        end = self.last if last is None else last
        for frame in range(wanted.first, wanted.first if end is None else end + 1):
            if frame not in plan.prompts.locked and noted.get(frame) != plan.final_key(frame):
                done = _finished(known, frame)
                if done is not None:
                    yield done

    def result(self, frame: int) -> FinalMasks | None:
        """The masks of a frame as far as they are known; None if they are not, or locked."""
        return self._known().masks(frame)

    def probabilities(self, frame: int) -> dict[int, NDArray[np.float32]] | None:
        """Soft masks of a frame: (H, W) in [0, 1] by id; None if they are not known, or locked."""
        masks = self.result(frame)
        return None if masks is None else self.soft(masks)

    def soft(self, masks: FinalMasks) -> dict[int, NDArray[np.float32]]:
        """Soft masks of a frame whose masks are known; see `probabilities`."""
        return self._known().soft(masks)

    def note(self, done: ShotFrame, stem: str) -> None:
        """Keep in mind that the masks of a frame are kept elsewhere, under the name `stem`."""
        masks = done.masks
        hidden = tuple(sorted({*masks.confidence} - ids_in(masks.ids)))
        self.store.add_final(
            Final(done.index, stem, done.key, masks.confidence, masks.origin, hidden)
        )

    def close(self) -> None:
        """Let go of the files, and of a source that is read only once."""
        self.store.close()
        if isinstance(self.reader, LiveReader):
            self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check_passes(self) -> None:
        """See that a source that is read only once is gone through once, from its first frame.

        Raises:
            InputError: what was said of it needs frames that have passed by then.
        """
        if isinstance(self.reader, LiveReader):
            refuse_going_back(self.plan.prompts, str(self.reader.source))
            self.reader.keep(self.annotations.given())

    def remaining(self, first: int | None = None, last: int | None = None) -> int | None:
        """How many frames are to be gone through; None where that is not known.

        Args:
            first, last: see `run`.

        Raises:
            InputError: nothing is given.
        """
        self._check_given()
        if self._end is None and self.streams():
            return self.reader.estimate
        self.find_end()
        plan, wanted = self.plan, self._wanted(first, last)
        parts = ((chain, self._missing(plan, chain, wanted)) for chain in plan.chains)
        return sum(self.passes.frames(plan, chain, part) for chain, part in parts if part)

    def passed_twice(self, frame: int) -> bool:
        """Whether both ways go through a frame."""
        return all(self.plan.key(frame, backward=way) is not None for way in (False, True))

    def find_end(self) -> int:
        """The last frame of the shot, by going through the source's as far as it takes.

        Raises:
            InputError: masks are given of frames beyond it.
        """
        if self._end is None:
            last = self.reader.last()
            beyond = [frame for frame in self.annotations.given() if frame > last]
            if beyond:
                raise InputError(
                    f"there is a mask for frame {min(beyond)}, and the last frame is {last} "
                    "(frames are counted from 0)"
                )
            self._end, self._planned = last, None
        return self._end

    def streams(self) -> bool:
        """Whether one way forward, begun now, is all there is to do: to the end, wherever it is."""
        if self.last == self.reader.start:
            return False  # there is nothing to go through
        if not self.reader.seekable:
            return True
        plan = self.plan
        alone = not any(chain.backward for chain in plan.chains)
        later = max(plan.prompts.keyframes) > self.reader.start
        return alone and not later and self.store.empty()

    def _check(self, frame: int) -> None:
        first, last = self.reader.start, self.reader.end
        if frame < first or (last is not None and frame > last):
            ends = f"to {last}" if last is not None else "on"
            raise InputError(f"frame {frame} is not in the range of frames, from {first} {ends}")

    def _check_given(self) -> None:
        if not self.annotations.given():
            raise InputError("nothing is given: put the masks of objects in a frame first")

    @contextmanager
    def _saying(self) -> Iterator[Annotations]:
        """What was said, to be changed; what is refused changes nothing."""
        with self._lock:
            yield self.annotations
            self._planned = None

    def _known(self) -> Known:
        """By what is said now."""
        with self._lock:
            given = self.annotations.given()
            return Known(self.plan, given, self.store, self.segmenter.size, lambda: self.cuts)

    def _wanted(self, first: int | None, last: int | None) -> Wanted:
        return Wanted(self.reader.start if first is None else first, last)

    def _missing(self, plan: Plan, chain: Chain, wanted: Wanted) -> Part | None:
        return missing_part(plan, chain, wanted, self.last, self.store.found_keys)

    def _note_end(self, plan: Plan, chain: Chain, reached: int) -> None:
        """Note where the shot ends, after a chain that goes there, or that ended before its end."""
        if self._end is None and (chain.last == plan.prompts.last or reached != chain.last):
            self._end = reached  # the plan's keys do not depend on it


def _finished(known: Known, frame: int, passed: Passed | None = None) -> ShotFrame | None:
    """A frame whose masks are known now; `passed`: what was just found there."""
    masks = known.masks(frame, passed)
    if masks is None:
        return None
    image = None if passed is None else passed.frame
    return ShotFrame(frame, masks, known.plan.final_key(frame), image)
