"""A shot: a video, what a person said of it, and the masks that follow from that."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.tracking.geometry import Geometry
from models.tracking.objects import Ids
from models.tracking.segmenter import Segmenter
from models.tracking.soft import SoftMasks
from ovos_cli.masks.ids import ids_in
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.preparing import Cache
from ovos_cli.shot.annotations import Annotations
from ovos_cli.shot.checkpoint import Checkpoints
from ovos_cli.shot.going import Passed, go_through, going_on, stretches
from ovos_cli.shot.known import known_ways
from ovos_cli.shot.meeting import FinalMasks, Found, final_masks, probabilities
from ovos_cli.shot.plan import Chain, Plan, hashed
from ovos_cli.shot.prompts import Span
from ovos_cli.shot.single_pass import refuse_going_back
from ovos_cli.shot.store import Final, Store

_CUTS = "cuts"
"""Under which the store has them."""


@dataclass(frozen=True, slots=True)
class ShotFrame:
    """A frame whose masks are known.

    index: in the source. key: what the masks follow from. frame: itself, where it was just read.
    """

    index: int
    masks: FinalMasks
    key: str
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person has said at one moment: masks by frame, and the plan that follows from them."""

    plan: Plan
    given: dict[int, Ids]


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
        self.before_checkpoint: Callable[[], None] = lambda: None
        self._checkpoints = Checkpoints(folder, self.store)
        self._forward, self._cuts = forward, cuts
        self.cache: Cache | None = None
        self.at: int | None = None  # the frame that is being gone through
        self._end: int | None = None
        self._planned: Plan | None = None
        self._saying = RLock()

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
        with self._saying:
            self.annotations.put(frame, masks)
            self._planned = None

    def drop(self, ident: int, first: int, last: int | None = None) -> None:
        """Say that an object is out of sight.

        Args:
            ident: of the object.
            first, last: frames, included; None is until it is given again, or the end.

        Raises:
            InputError: no such object, a frame out of range, or before the object begins.
        """
        self._check(first)
        with self._saying:
            self.annotations.drop(ident, Span(first, last))
            self._planned = None

    def undrop(self, ident: int, first: int) -> None:
        """Take back that an object is out of sight from a frame on.

        Raises:
            InputError: nobody said so.
        """
        with self._saying:
            self.annotations.undrop(ident, first)
            self._planned = None

    def clear(self, frame: int, ident: int | None = None) -> None:
        """Take back what was given in a frame: of an object, or of all.

        Absences of an object that could not be said without it are taken back too.
        """
        with self._saying:
            self.annotations.clear(frame, ident)
            self._planned = None

    def lock(self, masks: Mapping[int, Ids]) -> None:
        """Take masks as final: these frames are not computed, and count as given.

        Args:
            masks: by frame, (H, W) ids. An object that is not in them is out of sight there.
        """
        for frame in masks:
            self._check(frame)
        with self._saying:
            self.annotations.lock(masks)
            self._planned = None

    def unlock(self, frames: Collection[int]) -> None:
        """Take masks of frames as final no longer."""
        with self._saying:
            self.annotations.unlock(frames)
            self._planned = None

    def say(self, annotations: Annotations) -> None:
        """Take all that a person says at once, in place of what was said before."""
        with self._saying:
            self.annotations, self._planned = annotations, None

    @property
    def plan(self) -> Plan:
        """What is to be computed, and from what."""
        with self._saying:
            if self._planned is None:
                prompts = self.annotations.prompts(
                    self.reader.start, self.last, forward=self._forward
                )
                self._planned = Plan(prompts, self.base)
            return self._planned

    @property
    def cuts(self) -> list[int]:
        """Frames before which there is a cut, rising, as far as they were gone through."""
        return (self.store.get(_CUTS) or []) if self._cuts else []

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
        said, noted = self._said(), self.store.final_keys()
        plan = said.plan
        low, high = self.reader.start if first is None else first, last
        for chain in plan.chains:
            with closing(self._pass(chain, said, low, high)) as passes:
                for passed in passes:
                    done = self._finished(said, passed.frame.index, passed, chain)
                    if done is not None and noted.get(done.index) != done.key:
                        noted[done.index] = done.key
                        yield done
                    tick()  # what it raises leaves no frame out
        end = self.last if high is None else high
        for frame in range(low, low if end is None else end + 1):
            if frame not in plan.prompts.locked and noted.get(frame) != plan.final_key(frame):
                done = self._finished(said, frame)
                if done is not None:
                    yield done

    def result(self, frame: int) -> FinalMasks | None:
        """The masks of a frame as far as they are known; None if they are not, or locked."""
        done = self._finished(self._said(), frame)
        return None if done is None else done.masks

    def probabilities(self, frame: int) -> dict[int, NDArray[np.float32]] | None:
        """Soft masks of a frame: (H, W) in [0, 1] by id; None if they are not known, or locked."""
        masks = self.result(frame)
        return None if masks is None else self.soft(masks)

    def soft(self, masks: FinalMasks) -> dict[int, NDArray[np.float32]]:
        """Soft masks of a frame whose masks are known; see `probabilities`."""
        return probabilities(masks, self._geometry(self.annotations.given()))

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
        count, plan = 0, self.plan
        low = self.reader.start if first is None else first
        for chain in plan.chains:
            begin, end = self._missing(chain, plan, low, last)
            if begin is not None and end is not None:
                after = self._checkpoints.reached(plan, chain, begin)
                start = going_on(chain, after)
                count += sum(high - low + 1 for low, high in stretches(chain, start, end))
        return count

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

    def _said(self) -> _Said:
        with self._saying:
            return _Said(self.plan, self.annotations.given())

    def _geometry(self, given: Mapping[int, Ids]) -> Geometry:
        height, width = next(iter(given.values())).shape
        return Geometry.fit((height, width), self.segmenter.size)

    def _finished(
        self,
        said: _Said,
        frame: int,
        passed: Passed | None = None,
        chain: Chain | None = None,
    ) -> ShotFrame | None:
        """A frame's masks, if all ways that pass it have been there.

        Args:
            passed, chain: what was just found there, if it was.
        """
        plan = said.plan
        if frame in plan.prompts.locked or not said.given:
            return None
        fresh: tuple[bool, Found] | None = None
        if passed is not None and chain is not None:
            fresh = chain.backward, _found(passed)
        ways = known_ways(plan, self.store, frame, fresh)
        if ways is None:
            return None
        # What one way forward found is the answer already.
        ready = passed.masks.ids if passed is not None and ways.backward is None else None
        geometry, given = self._geometry(said.given), said.given.get(frame)
        masks = final_masks(plan.prompts, frame, *ways, given, geometry, ready, self.cuts)
        image = None if passed is None else passed.frame
        return ShotFrame(frame, masks, plan.final_key(frame), image)

    def _pass(self, chain: Chain, said: _Said, low: int, high: int | None) -> Generator[Passed]:
        """Go through what of a chain is wanted and not found yet."""
        plan = said.plan
        begin, end = self._missing(chain, plan, low, high)
        if begin is None:
            return
        after = self._checkpoints.restore(self.segmenter, plan, chain, begin)
        reached: Passed | None = None
        self.at = begin if after is not None else chain.seeds[0]
        passes = go_through(
            chain,
            self.reader,
            self.segmenter,
            said.given,
            lambda frame: self._forward_ids(said, frame),
            cache=self.cache,
            after=after,
            least=self._least(chain, plan, after),
            last=end,
            cuts=self._cuts,
        )
        try:
            for passed in passes:
                if passed.cut:
                    self._note_cut(passed.frame.index + chain.backward)
                if chain.computes(passed.frame.index):
                    self._keep(chain, passed)
                reached = passed
                self.at = passed.frame.index + (-1 if chain.backward else 1)
                yield passed
                if self._checkpoints.due() and self.reader.seekable:
                    self._save(chain, passed)
        except (KeyboardInterrupt, GeneratorExit):
            if reached is not None and self.reader.seekable:
                self._save(chain, reached)
            raise
        finally:
            passes.close()
        ends = chain.last == plan.prompts.last
        if (
            reached is not None
            and self._end is None
            and (ends or reached.frame.index != chain.last)
        ):
            self._end = reached.frame.index  # the plan's keys do not depend on it

    def _note_cut(self, frame: int) -> None:
        self.store.put(_CUTS, sorted({*self.cuts, frame}))

    def _least(self, chain: Chain, plan: Plan, after: int | None) -> dict[int, float]:
        """See `Found.least`, of a frame that is gone on from; empty where a chain begins."""
        if after is None:
            return {}
        key = plan.key(after, backward=chain.backward)
        found = self.store.found(after, key, backward=chain.backward)
        return found.least if found is not None else {}

    def _keep(self, chain: Chain, passed: Passed) -> None:
        index, found = passed.frame.index, _found(passed)
        self.store.add_cues(index, passed.masks.cues, backward=chain.backward)
        if not self.reader.seekable:
            return  # nobody can go on from it
        self.store.add_found(index, passed.step.key, found, backward=chain.backward)

    def _save(self, chain: Chain, passed: Passed) -> None:
        frame = passed.frame.index
        if chain.computes(frame):
            self.before_checkpoint()
            self._checkpoints.save(self.segmenter, chain, frame, passed.step.key)

    def _forward_ids(self, said: _Said, frame: int) -> Ids:
        """Masks that the forward way found in a frame."""
        plan = said.plan
        key = plan.key(frame, backward=False)
        found = self.store.found(frame, key, backward=False)
        geometry = self._geometry(said.given)
        return final_masks(plan.prompts, frame, found, None, None, geometry).ids

    def _missing(
        self, chain: Chain, plan: Plan, low: int, high: int | None
    ) -> tuple[int | None, int | None]:
        """The first and the last frame of a chain that are to be computed; (None, None): none.

        An end that is not known is None.
        """
        if chain.last is None and self.last is None and high is None:
            return chain.first + 1, None
        if chain.backward:
            assert chain.last is not None
            beyond = high is not None and chain.last > high
            frames = range(chain.first - 1, max(chain.last, low) - 1, -1)
        else:
            beyond = chain.last is not None and chain.last < low
            high = self._forward_to(plan, low, high)
            ends = [f for f in (chain.last, self.last, high) if f is not None]
            frames = range(chain.first + 1, min(ends) + 1)
        if beyond:  # the ways to what is wanted do not come by
            return None, None
        stored = self.store.found_keys(frames, backward=chain.backward)
        missing = [
            frame
            for frame in frames
            if (key := plan.key(frame, backward=chain.backward)) is not None
            and stored.get(frame) != key
        ]
        return (missing[0], missing[-1]) if missing else (None, None)

    def _forward_to(self, plan: Plan, low: int, high: int | None) -> int | None:
        """How far forward the frames up to `high` need the way; None is to the end.

        One that comes back to them may follow along what the way forward found where it begins.
        """
        if high is None:
            return None
        back = (c for c in plan.chains if c.backward and c.last is not None and c.last <= high)
        return max([high, *(c.first for c in back if c.first > low and c.joins())])


def _found(passed: Passed) -> Found:
    soft = passed.masks.soft or SoftMasks((), np.zeros((0, 1, 1), np.int8))
    return Found(soft, passed.masks.confidence, passed.least)
