"""Quality on the way out: what an export changes of masks, in the order in which it does."""

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

from models.errors import InputError
from models.tracking.objects import Ids
from ovos_cli.masks.cleaning import cleaned, resized
from ovos_cli.masks.soft_edges import feathered, following, grown, temporal_median, winner
from ovos_cli.sinks.sink import SoftMask, Written

_MOST_GROWTH = 64
"""Pixels; a brush of a larger one takes seconds for a frame."""
_LONGEST_MEDIAN = 31
_WIDEST_FEATHER = 200


@dataclass(frozen=True, slots=True)
class Refinement:
    """What is asked for; each is off as it is here, see the options of the same names."""

    median: int = 1
    fill_holes: int = 0
    drop_islands: int = 0
    grow: int = 0
    feather: float = 0.0
    soft_edges: bool = False

    def check(self) -> None:
        """See that values can be. Raises InputError."""
        if not 1 <= self.median <= _LONGEST_MEDIAN or self.median % 2 == 0:
            raise InputError(
                f"--median is {self.median}; give an odd number of frames, 3 to {_LONGEST_MEDIAN}"
            )
        for option, area in (("fill-holes", self.fill_holes), ("drop-islands", self.drop_islands)):
            if area < 0:
                raise InputError(f"--{option} is {area}; give an area in pixels, 50 for example")
        if abs(self.grow) > _MOST_GROWTH:
            raise InputError(
                f"--grow is {self.grow}; give pixels from -{_MOST_GROWTH} to {_MOST_GROWTH}"
            )
        if not 0 <= self.feather <= _WIDEST_FEATHER:
            raise InputError(f"--feather is {self.feather:g}; give pixels, 0 to {_WIDEST_FEATHER}")

    @property
    def cleans(self) -> bool:
        """Whether it changes hard masks by themselves."""
        return bool(self.fill_holes or self.drop_islands or self.grow)


class Refining:
    """Frames in order, refined; with a median, half of its frames late."""

    def __init__(
        self,
        refinement: Refinement,
        objects: Collection[int],
        cuts: Callable[[], Collection[int]] = tuple,
    ) -> None:
        """Begin.

        Args:
            refinement: what to do.
            objects: ids, rising.
            cuts: says before which frames there is a cut, as far as it is known: no median reaches
                over one.
        """
        self._how, self._objects, self._cuts = refinement, objects, cuts
        self._reach = refinement.median // 2
        self._window = deque[Written](maxlen=refinement.median)

    def push(self, written: Written) -> Iterator[Written]:
        """Take a frame, and give those that are ready."""
        if not self._reach:
            yield self._refined(written)
            return
        held = self._with_soft_kept(written)
        self._window.append(held)
        if len(self._window) > self._reach:
            yield self._calmed(len(self._window) - 1 - self._reach)

    def finish(self) -> Iterator[Written]:
        """Give the frames that are left."""
        count = len(self._window)
        for place in range(max(0, count - self._reach), count):
            yield self._calmed(place)

    def _calmed(self, place: int) -> Written:
        """A frame of the window with the medians of those around it, as many on either side."""
        frames, here = [*self._window], self._window[place]
        reach = 0
        while (
            reach < self._reach
            and place > reach
            and place + reach + 1 < len(frames)
            and self._neighbours(frames[place - reach - 1], frames[place - reach])
            and self._neighbours(frames[place + reach], frames[place + reach + 1])
        ):
            reach += 1
        around = frames[place - reach : place + reach + 1]
        soft = {i: temporal_median([w.probability(i) for w in around]) for i in self._objects}
        ids = winner(soft, here.ids.shape) if reach else here.ids
        return self._refined(replace(here, ids=ids, soft=lambda: soft))

    def _neighbours(self, before: Written, after: Written) -> bool:
        return after.index == before.index + 1 and after.index not in self._cuts()

    def _with_soft_kept(self, written: Written) -> Written:
        """The same, whose soft masks are made once for all medians that they are in."""
        masks = {i: written.probability(i) for i in self._objects}
        return replace(written, soft=lambda: masks)

    def _refined(self, written: Written) -> Written:
        how, objects = self._how, self._objects
        done = written
        if how.cleans:
            ids = cleaned(written.ids, objects, holes=how.fill_holes, islands=how.drop_islands)
            soft = cache(lambda: _followed(written, ids, objects, how.grow))
            final = resized(ids, objects, how.grow) if how.grow else ids
            done = replace(written, ids=final, soft=soft)
        if how.soft_edges:
            done = replace(done, edges=done.soft)
        if how.feather:
            crisp = done
            done = replace(
                crisp,
                soft=cache(lambda: _feathered(crisp.probability, objects, how.feather)),
                edges=cache(lambda: _feathered(crisp.alpha, objects, how.feather)),
            )
        return done


def _followed(
    written: Written, ids: Ids, objects: Collection[int], grow: int
) -> dict[int, SoftMask]:
    """Soft masks of a frame whose masks were cleaned to `ids`, and are to be grown then."""
    masks = {i: following(written.probability(i), written.ids == i, ids == i) for i in objects}
    return grown(masks, grow) if grow else masks


def _feathered(
    masks: Callable[[int], SoftMask], objects: Collection[int], pixels: float
) -> dict[int, SoftMask]:
    return {ident: feathered(masks(ident), pixels) for ident in objects}
