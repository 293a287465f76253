"""A run over a shot: frames through the model, outputs written, and a record of it."""

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import InputError, OvosError
from models.hub.load import LoadedModel
from ovos_cli.json_file import write_json
from ovos_cli.media.checked_frames import check_names
from ovos_cli.media.frame import FrameReader
from ovos_cli.option_groups import OutputOptions, SourceOptions
from ovos_cli.run_record import run_record
from ovos_cli.run_timing import run_timing
from ovos_cli.shot.feature_cache import FeatureCache
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.given import GivenMasks
from ovos_cli.shot.outputs import RunOutputs
from ovos_cli.shot.shot import Shot, ShotFrame
from ovos_cli.shot.store import Final
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.sink import ShotInfo, Sink, Written
from ovos_cli.sinks.writing import Writing
from ovos_cli.untrained_warning import untrained_warning


@dataclass
class SegmentRun:
    """A run whose input was found good and whose folder is ours; see `open_run`."""

    source: SourceOptions
    output: OutputOptions
    loaded: LoadedModel
    shot: Shot
    folder: ShotFolder
    given: GivenMasks
    info: ShotInfo
    options: dict[str, Any]
    state: str = "running"
    frames: int = 0
    failures: list[OvosError] = field(default_factory=list)
    outputs: RunOutputs = field(init=False)
    _finals: list[Final] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outputs = RunOutputs(self.output, self.shot, self.folder)

    @property
    def reader(self) -> FrameReader:
        """Of the source."""
        return self.shot.reader

    @property
    def warnings(self) -> list[str]:
        """What the user should know; those of the source come while it is read."""
        before = (untrained_warning(self.loaded), *self.given.doubts)
        return [*filter(None, before), *self.reader.warnings]

    def follow(
        self,
        tick: Callable[[], None] = lambda: None,
        writing: Callable[[int], Callable[[], None]] = lambda _: lambda: None,
    ) -> dict[str, Any]:
        """Segment every frame, and write all outputs and the record of the run.

        Args:
            tick: called after each frame that was gone through.
            writing: called when all masks are known, if outputs have waited for that, with the
                number of frames; gives what is called after each of them.

        Returns:
            Its times, see `run_timing`. `state` says how it ended: `complete` or `interrupted`.

        Raises:
            InputError: a frame cannot be read. OvosError: something cannot be written; what is
                done is kept, and `ovos resume` goes on from it.
        """
        clock, started = self.shot.segmenter.clock, time.perf_counter()
        try:
            with self._failing():
                self.write_record()
                self._follow(tick, writing)
        finally:
            wall = time.perf_counter() - started
            objects = len(self.shot.plan.prompts.given)
            timing = run_timing(clock, self.shot.segmenter.device, self.frames, wall, objects)
            self.folder.make_room()
            for write in (self.write_record, lambda: write_json(self.folder.timing, timing)):
                try:
                    write()
                except OvosError as error:
                    self.failures.append(error)
            self.shot.close()
            self.folder.release()
        if self.failures:
            raise self.failures[0]
        return timing

    @property
    def confidence(self) -> dict[int, dict[int, float]]:
        """For each object, and each frame in which it is followed, how sure the model is."""
        sure = dict[int, dict[int, float]]()
        for final in self._finals:
            for ident, value in final.confidence.items():
                sure.setdefault(ident, {})[final.frame] = value
        return dict(sorted(sure.items()))

    @property
    def done(self) -> int:
        """Frames whose masks are written, in this run or before."""
        return len(self._finals)

    def written(self) -> list[str]:
        """Where everything is, for people."""
        return self.outputs.places({final.stem for final in self._finals})

    def how_to_go_on(self) -> str:
        """What to do after Ctrl-C, for people."""
        count = len(self._finals)
        if not count:
            return "no frame is done"
        if not self.reader.seekable:
            return f"{count} frames are done and kept in {self.folder.root}"
        return (
            f"{count} frames are done and kept; go on with: ovos resume "
            f"{shlex.quote(str(self.folder.root))}"
        )

    def follow_part(
        self,
        first: int | None,
        last: int | None,
        tick: Callable[[], None],
        known: Callable[[int], None],
    ) -> None:
        """Follow a part of a shot that is being edited, whose outputs in order can wait.

        Args:
            first, last, tick: see `Shot.run`. What `tick` raises ends it; what is done is kept.
            known: called, in a thread, with each frame whose masks are written.

        Raises:
            InputError, OvosError: see `Shot.run`, or an output cannot be written.
        """
        outputs = self.outputs
        sinks = [sink for sink in outputs.as_it_goes if not sink.in_order]
        opened = outputs.opened(sinks, self._info(), wait=outputs.wait())
        writing, write = self._writing(opened, known)
        try:
            with closing(self.shot.run(first, last, tick)) as frames:
                for done in frames:
                    write(done)
        finally:
            writing.close()
        if writing.failures:
            raise writing.failures[0]

    def _follow(
        self, tick: Callable[[], None], writing_rest: Callable[[int], Callable[[], None]]
    ) -> None:
        shot, outputs, info = self.shot, self.outputs, self._info()
        wait, streams = outputs.wait(), shot.streams()
        now = [sink for sink in outputs.as_it_goes if streams or not sink.in_order]
        later = [sink for sink in outputs.as_it_goes if sink not in now]
        exports = outputs.opened_exports(info)
        in_order = [] if exports is None else [exports]
        at_once = in_order if streams else []
        writing, write = self._writing([*outputs.opened(now, info, wait=wait), *at_once])
        try:
            with closing(shot.run(tick=tick)) as frames:
                for done in frames:
                    write(done)
            writing.settle()  # what is queued is not missing
            outputs.add_missing(writing.sinks)
            if self.reader.end is None and self.reader.whole:  # now it is known how many there are
                names = [outputs.name(frame) for frame in range(shot.find_end() + 1)]
                check_names(names, shot.segmenter.network)
            self.state = "complete"
        except KeyboardInterrupt:
            self.state = "interrupted"
        finally:
            writing.close()
            self.failures += writing.failures
        if self.state == "complete" and not streams and (later or in_order):
            rest = [*outputs.opened(later, info, wait=wait), *in_order]
            self._write_in_order(rest, writing_rest)
        if exports is not None:
            self._finish(exports)
        # What is read only once is not gone on with: what is there is all there will be.
        if self.state == "complete" or not self.reader.seekable:
            outputs.settle()
            if isinstance(shot.cache, FeatureCache) and self.output.cache is None:
                shot.cache.remove()

    def _info(self) -> ShotInfo:
        objects = tuple(self.shot.plan.prompts.given)
        return replace(self.info, objects=objects, aspect=self.reader.aspect)

    def _writing(
        self, sinks: list[Sink], known: Callable[[int], None] = lambda _: None
    ) -> tuple[Writing, Callable[[ShotFrame], None]]:
        """Outputs at work, and what gives them a frame, which is noted once its masks are safe."""
        shot, unnoted = self.shot, dict[str, ShotFrame]()

        def note(written: Written) -> None:
            done = unnoted.pop(written.stem)
            shot.note(done, written.stem)
            known(done.index)

        writing = Writing(sinks, shot.segmenter.clock, note)

        def write(done: ShotFrame) -> None:
            written = self.outputs.found(done)
            unnoted[written.stem] = done
            writing.write(written)
            self.frames += 1

        shot.passes.before_checkpoint = writing.settle
        return writing, write

    def _finish(self, exports: Exports) -> None:
        """Let exports appear, if they are of all frames that there will be."""
        if self.state == "complete" or not self.reader.seekable:
            exports.put_in_place()
        else:
            exports.discard()
        self.failures += exports.failures

    def _write_in_order(
        self, sinks: list[Sink], begin: Callable[[int], Callable[[], None]]
    ) -> None:
        """Write what is wanted frame after frame, now that all masks are known."""
        first, last = self.reader.start, self.shot.find_end()
        tick, writing = begin(last - first + 1), Writing(sinks, self.shot.segmenter.clock)
        try:
            if any(sink.pixels for sink in sinks):
                for frame in self.reader.between(first, last):
                    writing.write(self.outputs.stored(frame.index, frame))
                    tick()
            else:
                for index in range(first, last + 1):
                    writing.write(self.outputs.stored(index))
                    tick()
        except KeyboardInterrupt:
            self.state = "interrupted"
        finally:
            writing.close()
            self.failures += writing.failures

    def write_record(self) -> None:
        """Write run.json. Raises OvosError: it cannot be written."""
        plan = self.shot.plan
        self._finals = [f for f in self.shot.store.finals() if plan.final_key(f.frame) == f.key]
        write_json(
            self.folder.record,
            run_record(
                self.source.place,
                self.given.files,
                self.loaded,
                self.shot.segmenter,
                self._finals,
                state=self.state,
                rate=self.reader.rate,
                whole=self.reader.whole,
                warnings=[*self.given.doubts, *self.reader.warnings],
                cuts=self.shot.cuts,
                options=self.options,
            ),
        )

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Note at which frame a run fails, and say how to go on."""
        try:
            yield
        except BaseException as error:
            at = self.shot.at
            self.state = "failed" if at is None else f"failed at frame {at}"
            if isinstance(error, OvosError) and not isinstance(error, InputError):
                self._finals = self.shot.store.finals()
                raise OvosError(f"{error}. {self.how_to_go_on()}") from error
            raise
