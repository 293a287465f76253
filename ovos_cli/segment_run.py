"""What `ovos segment` does between its options and what it prints."""

import math
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

from rich.console import Console

from models.errors import InputError, OvosError
from models.hub.load import LoadedModel, load_model
from models.tracking.segmenter import Segmenter
from ovos_cli.default_folder import default_folder
from ovos_cli.json_file import write_json
from ovos_cli.masks.first_mask import IndexedMask, parse_colours, read_first_mask
from ovos_cli.media.checked_frames import checked_frames
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.open_source import open_source, past_the_end
from ovos_cli.media.overlay import OverlayWriter
from ovos_cli.memory_settings import memory_settings
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.options import LEAST_RATE
from ovos_cli.output import OutputFolder
from ovos_cli.pipeline import DoneFrame, Progress, follow
from ovos_cli.run_record import run_record
from ovos_cli.run_timing import run_timing
from ovos_cli.untrained_warning import untrained_warning


@dataclass(frozen=True)
class SegmentRun:
    """A run whose input was found good and whose folder is ready; see `open_run`.

    frames: those of `reader`, the annotated one first, of the size of the mask `first`.
    overlay: where the overlay will be; None if none is wanted.
    """

    source: SourceOptions
    output: OutputOptions
    loaded: LoadedModel
    segmenter: Segmenter
    reader: FrameReader
    frames: Iterator[Frame]
    first: IndexedMask
    folder: OutputFolder
    overlay: Path | None

    @property
    def warnings(self) -> list[str]:
        """What the user should know; those of the source come while it is read."""
        before = (untrained_warning(self.loaded), self.first.doubt)
        return [*filter(None, before), *self.reader.warnings]

    def follow(
        self, tick: Callable[[Progress], None] = lambda _: None
    ) -> tuple[Progress, dict[str, Any]]:
        """Segment every frame, and write masks, overlay and the record of the run.

        Args:
            tick: called after each frame.

        Returns:
            What was done, and its times, see `run_timing`.

        Raises:
            InputError: a frame cannot be read.
            OvosError: a file cannot be written.
        """
        writer = None
        if self.overlay is not None:
            writer = OverlayWriter(self.overlay, self.reader.rate, self.reader.aspect)
        mattes = self.folder.mattes if self.output.mattes else None
        started = time.perf_counter()
        try:
            done = follow(
                self.frames,
                self.segmenter,
                self.first,
                self.folder.masks,
                writer,
                mattes=mattes,
                tick=tick,
            )
        except OvosError:
            self.folder.remove_if_empty()
            raise
        wall, objects = time.perf_counter() - started, len(done.confidence)
        clock, device = self.segmenter.clock, self.segmenter.device
        timing = run_timing(clock, device, done.frames, wall, objects)
        write_json(self.folder.timing, timing)
        record = run_record(
            self.source.video, self.source.mask, self.loaded, self.segmenter, done, self.reader
        )
        write_json(self.folder.record, record)
        return done, timing

    def how_to_go_on(self, done: Progress) -> str:
        """What to do after Ctrl-C, for people."""
        if done.last is None:
            return "no frame is done"
        finished = f"{done.frames} frames are done, their files are complete"
        if not done.hidden:
            return f"{finished}; to go on from the last of them: {self._from(done.last)}"
        many, ids = len(done.hidden) > 1, ", ".join(map(str, done.hidden))
        lost = (
            f"{finished}. {f'Objects {ids} are' if many else f'Object {ids} is'} hidden in the "
            f"last of them, {done.last.index}: going on from its mask would lose "
            f"{'them' if many else 'it'}"
        )
        if done.complete is None or done.complete == done.first:
            return f"{lost}. Run the range anew: the same command with --overwrite"
        return (
            f"{lost}. To go on from frame {done.complete.index}, the last one in which all are in "
            f"sight: {self._from(done.complete)}"
        )

    def _from(self, frame: DoneFrame) -> str:
        mask = shlex.quote(str(self.folder.masks / f"{frame.stem}.png"))
        return f"the same command with --mask {mask} --start {frame.index} --overwrite"


def open_run(
    source: SourceOptions,
    output: OutputOptions,
    model: ModelOptions,
    memory: MemoryOptions,
    console: Console,
) -> SegmentRun:
    """Check all that can be checked before an earlier run's files are cleared away.

    Args:
        console: shows how far a long check is.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together.
    """
    if not (math.isfinite(source.fps) and source.fps >= LEAST_RATE):
        raise InputError(
            f"--fps is {source.fps}; give a number of frames per second, 24 for example"
        )
    rate = Fraction(source.fps).limit_denominator(1001)
    reader = open_source(
        source.video, start=source.start, end=source.end, rate=rate, apart=[source.mask]
    )
    colours = parse_colours(source.mask_colors) if source.mask_colors else None
    first = read_first_mask(source.mask, colours, source.mask_threshold)
    loaded = _load(model, memory)
    frames = checked_frames(reader, loaded.network, console)
    segmenter = Segmenter(
        loaded.network, size=model.size, device=model.device, precision=model.precision
    )
    with segmenter.clock.measure("decode"):
        head = next(frames, None)
    if head is None:
        raise past_the_end(source.video, source.start)
    _check_size(first, head)
    root = output.out or default_folder(source.video, "ovos")
    _check_inputs(source, root.resolve(), reader, head)
    folder = OutputFolder(root, reader.covers, source.mask, overwrite=output.overwrite)
    return SegmentRun(
        source,
        output,
        loaded,
        segmenter,
        reader,
        chain([head], frames),
        first,
        folder,
        folder.overlay if output.overlay else None,
    )


def _load(model: ModelOptions, memory: MemoryOptions) -> LoadedModel:
    return load_model(
        model.model,
        model.weights,
        model.settings or (),
        source=model.proposals,
        weights_dir=model.weights_dir,
        allow_untrained=model.allow_untrained,
        **memory_settings(
            model.model, model.weights, memory.memory, memory.memory_stride, memory.memory_max
        ),
    )


def _check_inputs(source: SourceOptions, root: Path, reader: FrameReader, head: Frame) -> None:
    """Refuse to write over what is read, in the run's folder or to clear it away."""
    written = {root / "masks", root / "mattes", root / "overlay.mp4"}
    video, mask = source.video.resolve(), source.mask.resolve()
    if written & {video, *video.parents}:
        raise InputError(f"{source.video} lies where the run would write; choose another --out")
    # The mask of the first frame is written back as it is.
    if written & {*mask.parents} and reader.covers(mask.stem) and mask.stem != head.stem:
        raise InputError(
            f"the mask {source.mask} is named like frame {mask.stem} and would be replaced by its "
            "mask; if it is of that frame, add --start, else copy it to another place"
        )


def _check_size(first: IndexedMask, frame: Frame) -> None:
    height, width = frame.image.shape[:2]
    if first.ids.shape != (height, width):
        raise InputError(
            f"the mask is {first.ids.shape[1]}x{first.ids.shape[0]} but frame {frame.index} is "
            f"{width}x{height} (rotation applied); draw the mask on a frame of the full size"
        )
