"""`ovos segment`: parse, call, print."""

import math
import shlex
import time
from fractions import Fraction
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from models import Precision, load_model
from models.errors import InputError, OvosError
from models.tracking.segmenter import Segmenter
from ovos_cli import options
from ovos_cli.json_file import write_json
from ovos_cli.lines import say, stopped
from ovos_cli.masks.first_mask import IndexedMask, parse_colours, read_first_mask
from ovos_cli.media.checked_frames import checked_frames
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.open_source import open_source, past_the_end
from ovos_cli.media.overlay import OverlayWriter
from ovos_cli.memory_settings import memory_settings
from ovos_cli.output import OutputFolder
from ovos_cli.pipeline import Progress as Done
from ovos_cli.pipeline import follow
from ovos_cli.progress import progress_bar
from ovos_cli.run_record import run_record
from ovos_cli.run_timing import run_timing, run_timing_table
from ovos_cli.untrained_warning import warn_untrained


def segment(
    video: options.Video,
    mask: options.MaskFile,
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    mattes: options.Mattes = False,
    overlay: options.Overlay = True,
    quiet: options.Quiet = False,
    mask_colors: options.MaskColors = None,
    mask_threshold: options.MaskThreshold = None,
    start: options.Start = 0,
    end: options.End = None,
    fps: options.FrameRate = 24.0,
    model: options.Model = "lite",
    weights: options.Weights = None,
    proposals: options.Source = None,
    weights_dir: options.WeightsDir = None,
    allow_untrained: options.AllowUntrained = False,
    size: options.Size = 480,
    device: options.Device = "auto",
    precision: options.PrecisionName = Precision.AUTO,
    memory: options.Memory = None,
    memory_stride: options.MemoryStride = None,
    memory_max: options.MemoryMax = None,
    settings: options.Settings = None,
    debug: options.Debug = False,
) -> None:
    """Follow the objects of the first frame's mask through a video.

    Writes one indexed-palette PNG for each frame, an overlay video, the time that each module took,
    and a record of the run.

    Example: `ovos segment sample_videos/bunny.mp4 --mask sample_videos/bunny.png`
    """
    console = Console(quiet=quiet)
    if not math.isfinite(fps):
        raise InputError(f"--fps is {fps}; give a number of frames per second, 24 for example")
    reader = open_source(video, start=start, end=end, rate=Fraction(fps).limit_denominator(1001))
    colours = parse_colours(mask_colors) if mask_colors else None
    first = read_first_mask(mask, colours, mask_threshold)
    loaded = load_model(
        model,
        weights,
        settings or (),
        source=proposals,
        weights_dir=weights_dir,
        allow_untrained=allow_untrained,
        **memory_settings(model, weights, memory, memory_stride, memory_max),
    )
    frames = checked_frames(reader, loaded.network, console)
    errors = Console(stderr=True)
    warn_untrained(errors, loaded)
    if first.doubt:
        say(errors, f"[yellow]warning:[/] {escape(first.doubt)}")
    segmenter = Segmenter(loaded.network, size=size, device=device, precision=precision)
    with segmenter.clock.measure("decode"):
        head = next(frames, None)
    if head is None:
        raise past_the_end(video, start)
    _check_size(first, head)
    # A folder's name may have dots of its own.
    name = video.resolve().name if video.is_dir() else video.resolve().stem
    root = out or Path(f"{name}_ovos")
    _check_inputs(video, mask, root.resolve(), reader, head)
    # Only now is an earlier run cleared: what is refused costs no result.
    folder = OutputFolder(root, reader.covers, mask, overwrite=overwrite)
    place = folder.root / "overlay.mp4"
    writer = OverlayWriter(place, reader.rate, reader.aspect) if overlay else None

    started = time.perf_counter()
    with progress_bar(console, "frames/s") as bar:
        task = bar.add_task(escape(video.name), total=reader.estimate)

        def tick(done: Done) -> None:
            bar.update(task, completed=done.frames)

        try:
            done = follow(
                chain([head], frames),
                segmenter,
                first,
                folder.masks,
                writer,
                mattes=folder.mattes if mattes else None,
                tick=tick,
            )
        except OvosError:
            folder.remove_if_empty()
            raise
    wall = time.perf_counter() - started

    values = run_timing(segmenter.clock, segmenter.device, done.frames, wall, len(done.confidence))
    write_json(folder.root / "timing.json", values)
    record = run_record(video, mask, loaded, segmenter, done, reader)
    write_json(folder.root / "run.json", record)
    for warning in reader.warnings:
        say(errors, f"[yellow]warning:[/] {escape(warning)}")
    console.print(run_timing_table(values))
    others = f"  (and {folder.kept} that were there before)" if folder.kept else ""
    say(console, f"masks    {escape(str(folder.masks))}/{others}")
    if mattes:
        say(console, f"mattes   {escape(str(folder.mattes))}/")
    if writer is not None:
        say(console, f"overlay  {escape(str(folder.root / 'overlay.mp4'))}")
    say(console, f"timing   {escape(str(folder.root / 'timing.json'))}")
    say(console, f"record   {escape(str(folder.root / 'run.json'))}")
    if done.interrupted:
        last = folder.masks / f"{done.stem}.png"
        raise stopped(
            f"{done.frames} frames are done, their files are complete; to go on from the last of "
            f"them: the same command with --mask {shlex.quote(str(last))} "
            f"--start {done.last} --overwrite"
            if done.frames
            else "no frame is done"
        )


def _check_inputs(video: Path, mask: Path, root: Path, reader: FrameReader, head: Frame) -> None:
    """Refuse to write over what is read, in the run's folder or to clear it away."""
    written = {root / "masks", root / "mattes", root / "overlay.mp4"}
    source, given = video.resolve(), mask.resolve()
    if written & {source, *source.parents}:
        raise InputError(f"{video} lies where the run would write; choose another --out")
    # The mask of the first frame is written back as it is.
    if written & {*given.parents} and reader.covers(mask.stem) and mask.stem != head.stem:
        raise InputError(
            f"the mask {mask} is named like frame {mask.stem} and would be replaced by its mask; "
            "if it is of that frame, add --start, else copy it to another place"
        )


def _check_size(first: IndexedMask, frame: Frame) -> None:
    height, width = frame.image.shape[:2]
    if first.ids.shape != (height, width):
        raise InputError(
            f"the mask is {first.ids.shape[1]}x{first.ids.shape[0]} but frame {frame.index} is "
            f"{width}x{height} (rotation applied); draw the mask on a frame of the full size"
        )
