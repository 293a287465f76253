"""What a run writes of a shot, and what of earlier ones stays until that is whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from ovos_cli.media.frame import Frame, frame_name
from ovos_cli.option_groups import OutputOptions
from ovos_cli.shot.folder import ShotFolder, read_indexed
from ovos_cli.shot.shot import Shot, ShotFrame
from ovos_cli.sinks import OF_RUN, SINKS
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.masks import MasksSink
from ovos_cli.sinks.opening import exports_of, open_exports
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_LEAST_RATE = Fraction(1, 60)


@dataclass(frozen=True)
class RunOutputs:
    """The outputs that options name, in the folder of a shot."""

    options: OutputOptions
    shot: Shot
    folder: ShotFolder

    @property
    def as_it_goes(self) -> list[type[Sink]]:
        """Those that a run writes as it goes."""
        options = self.options
        wanted = {"masks", *(options.write or ())}
        wanted |= {"mattes"} if options.mattes else set()
        wanted |= {"overlay"} if options.overlay else set()
        return [SINKS[name] for name in OF_RUN if name in wanted]

    @property
    def exports(self) -> dict[str, type[Sink]]:
        """The others, which are written in order."""
        return exports_of(self.options)

    @property
    def kinds(self) -> list[type[Sink]]:
        """All of them."""
        return [*self.as_it_goes, *self.exports.values()]

    def opened(self, sinks: Iterable[type[Sink]], info: ShotInfo, *, wait: bool) -> list[Sink]:
        """Ready to be written to; for `wait` see `ShotFolder.place`."""
        return [sink(self.folder.place(sink, wait=wait), info) for sink in sinks]

    def opened_exports(self, info: ShotInfo) -> Exports | None:
        """All exports as one; None if there are none."""
        kinds, folder = self.exports.values(), self.folder
        if not kinds:
            return None
        return open_exports(
            kinds, folder.root, folder.exporting, info, self.options, lambda: self.shot.cuts
        )

    def name(self, frame: int) -> str:
        """Of a frame's mask, without suffix."""
        return frame_name(self.shot.reader, frame)

    def found(self, done: ShotFrame) -> Written:
        """A frame whose masks were just found."""
        name = done.frame.stem if done.frame is not None else self.name(done.index)
        return Written(
            stem=name,
            ids=done.masks.ids,
            index=done.index,
            time=self._time(done.index, done.frame),
            name=name,
            frame=done.frame,
            soft=cache(lambda: self.shot.soft(done.masks)),
        )

    def stored(self, index: int, frame: Frame | None = None) -> Written:
        """A frame whose masks are written already.

        Raises:
            InputError: they cannot be read.
        """
        name = self.name(index) if frame is None else frame.stem
        ids, _ = read_indexed(self.folder.mask_file(name))
        return Written(
            stem=name,
            ids=ids,
            index=index,
            time=self._time(index, frame),
            name=name,
            frame=frame,
            soft=cache(lambda: self.shot.probabilities(index) or {}),
        )

    def wait(self) -> bool:
        """Whether there are masks of an earlier run, or of before a correction, to stay for now."""
        shot, folder = self.shot, self.folder
        if folder.waiting.exists():
            return True
        known = {f.stem: f for f in shot.store.finals()}
        locked = {self.name(frame) for frame in shot.annotations.locked}
        for file in MasksSink.files(folder.root / MasksSink.place_name):
            final = known.get(file.stem)
            current = final is not None and shot.plan.final_key(final.frame) == final.key
            if not current and file.stem not in locked and shot.reader.covers(file.stem):
                return True
        return False

    def add_missing(self, sinks: Iterable[Sink]) -> None:
        """Write frames that are done from before to outputs that were not wanted then."""
        others = [s for s in sinks if s.by_frame and not isinstance(s, MasksSink)]
        for frame in self._written() if others else ():
            name = self.name(frame)
            for sink in others:
                elsewhere = self.folder.place(type(sink), wait=False)
                if not (sink.holds(sink.place, name) or sink.holds(elsewhere, name)):
                    sink.write(self.stored(frame))

    def settle(self) -> None:
        """Put what waits in its place, and an earlier run's away, now that all masks are known."""
        shot, root = self.shot, self.folder.root
        stems = {final.stem for final in shot.store.finals()}
        stems |= {self.name(frame) for frame in shot.annotations.locked}
        objects = {*map(str, shot.plan.prompts.given)}
        places = {sink.place_name for sink in self.as_it_goes}

        def stale(file: Path) -> bool:
            part = file.relative_to(root).parts
            if not shot.reader.covers(file.stem):
                return False
            of_another = len(part) == 3 and part[1] not in objects
            return part[0] not in places or file.stem not in stems or of_another

        self.folder.settle(self.as_it_goes, stale)
        self.folder.settle_exports([*self.exports])

    def places(self, stems: set[str]) -> list[str]:
        """Where everything is, for people.

        Args:
            stems: of the masks that are this run's; how many others there are is said.
        """
        folder = self.folder
        waits = folder.waiting.exists()
        root = folder.waiting if waits else folder.root
        masks = MasksSink.files(folder.root / MasksSink.place_name)
        kept = sum(file.stem not in stems for file in masks)
        lines = []
        for name in (sink.place_name for sink in self.kinds):
            if (root / name).exists():
                ours = name == MasksSink.place_name and kept and not waits
                others = f"  (and {kept} that were there before)" if ours else ""
                label = name.partition(".")[0]
                slash = "/" if (root / name).is_dir() else ""
                lines.append(f"{label:<8} {root / name}{slash}{others}")
        return [*lines, f"timing   {folder.timing}", f"record   {folder.record}"]

    def _written(self) -> list[int]:
        """Frames with masks, rising."""
        finals = {final.frame for final in self.shot.store.finals()}
        return sorted(finals | {*self.shot.annotations.locked})

    def _time(self, index: int, frame: Frame | None) -> Fraction:
        """Seconds; by the rate where a frame's own time is not known."""
        return index / max(self.shot.reader.rate, _LEAST_RATE) if frame is None else frame.time
