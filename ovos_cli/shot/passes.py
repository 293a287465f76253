"""Going through chains so that nothing is lost: what is found is kept, and where to go on from."""

from collections.abc import Callable, Generator
from pathlib import Path

from models.tracking.segmenter import Segmenter
from ovos_cli.media.frame import FrameReader
from ovos_cli.preparing import Cache
from ovos_cli.shot.checkpoint import Checkpoints
from ovos_cli.shot.going import Passed, go_through
from ovos_cli.shot.known import Known
from ovos_cli.shot.plan import Chain, Plan
from ovos_cli.shot.remaining import Part, frames_through
from ovos_cli.shot.store import Store


class Passes:
    """Passes through a shot's frames, by one segmenter, one chain at a time.

    at: the frame that is being gone through; None before the first. before_checkpoint: called
    before the segmenter's state is saved: what was yielded up to there must be safe then.
    """

    def __init__(
        self, reader: FrameReader, segmenter: Segmenter, store: Store, folder: Path, *, cuts: bool
    ) -> None:
        """Begin nowhere.

        Args:
            store: for what is found. folder: for states.
            cuts: look for cuts, across which nothing is followed.
        """
        self.at: int | None = None
        self.before_checkpoint: Callable[[], None] = lambda: None
        self._reader, self._segmenter, self._store = reader, segmenter, store
        self._checkpoints = Checkpoints(folder, store)
        self._cuts = cuts

    def frames(self, plan: Plan, chain: Chain, part: Part) -> int:
        """How many frames are gone through for a part whose end is known."""
        after = self._checkpoints.reached(plan, chain, part.first)
        return frames_through(chain, part, after)

    def through(
        self, chain: Chain, part: Part, known: Known, cache: Cache | None
    ) -> Generator[Passed]:
        """Go through a part of a chain, from the latest state that is of use.

        Args:
            cache: of features and proposals.

        Raises:
            InputError: see `go_through`. OvosError: what is found cannot be stored.
        """
        plan = known.plan
        after = self._checkpoints.restore(self._segmenter, plan, chain, part.first)
        self.at = chain.seeds[0] if after is None else part.first
        passes = go_through(
            chain,
            self._reader,
            self._segmenter,
            known.given,
            known.forward_ids,
            cache=cache,
            after=after,
            least=self._least(chain, plan, after),
            last=part.last,
            cuts=self._cuts,
        )
        reached: Passed | None = None
        try:
            for passed in passes:
                self._keep(chain, passed)
                reached = passed
                self.at = passed.frame.index + (-1 if chain.backward else 1)
                yield passed
                if self._checkpoints.due():
                    self._save(chain, passed)
        except (KeyboardInterrupt, GeneratorExit):
            if reached is not None:
                self._save(chain, reached)
            raise
        finally:
            passes.close()

    def _least(self, chain: Chain, plan: Plan, after: int | None) -> dict[int, float]:
        """See `Found.least`, of a frame that is gone on from; empty where a chain begins."""
        if after is None:
            return {}
        key = plan.key(after, backward=chain.backward)
        found = self._store.found(after, key, backward=chain.backward)
        return found.least if found is not None else {}

    def _keep(self, chain: Chain, passed: Passed) -> None:
        frame, backward = passed.frame.index, chain.backward
        if passed.cut:
            self._store.add_cut(frame + backward)
        if chain.computes(frame):
            self._store.add_cues(frame, passed.masks.cues, backward=backward)
            if self._reader.seekable:  # else nobody can go on from it
                self._store.add_found(frame, passed.step.key, passed.found, backward=backward)

    def _save(self, chain: Chain, passed: Passed) -> None:
        frame = passed.frame.index
        if self._reader.seekable and chain.computes(frame):
            self.before_checkpoint()
            self._checkpoints.save(self._segmenter, chain, frame, passed.step.key)
