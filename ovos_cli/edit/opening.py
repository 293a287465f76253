"""Which shot is edited: a new one, or one that is there; and who may write to it."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rich.console import Console

from models.errors import InputError
from ovos_cli.default_folder import default_folder
from ovos_cli.edit.events import Events
from ovos_cli.edit.frames import Frames
from ovos_cli.edit.reading import ReadShot
from ovos_cli.edit.session import Session, Writer
from ovos_cli.edit.watched import WatchedSource
from ovos_cli.edit.windows import Windows
from ovos_cli.media.frame import FrameReader, frame_name
from ovos_cli.media.open_source import open_source
from ovos_cli.media.source import LiveSource, Source
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.segment_run import open_run, read_once
from ovos_cli.shot.folder import KEPT, BusyError, ShotFolder
from ovos_cli.shot.identity import source_digest
from ovos_cli.shot.options_file import Groups, options_of

_RANGE = ("start", "end", "stream", "fps")
_USUAL = SourceOptions(video="", mask=[])


def open_session(
    source: SourceOptions,
    out: Path | None,
    model: ModelOptions,
    frame: int | None,
    *,
    debug: bool = False,
) -> Session:
    """Open a shot to be edited.

    Args:
        source: a video, or the folder of a shot.
        out: of a new shot; None is NAME_ovos here.
        model: of a new shot. One that is there keeps its own.
        frame: to begin with; None is the first.
        debug: print where faults come from.

    Raises:
        InputError: it cannot be read or written, or was begun with other options.
    """
    source, output, model, memory, kept = _options(source, out, model)
    place = source.place
    assert isinstance(place, Path)
    try:
        run = open_run(source, output, model, memory, Console(quiet=True), kept=kept, edited=True)
    except BusyError:
        assert output.out is not None
        return _looking(source, place, ShotFolder(output.out), frame)
    try:
        watched = WatchedSource(place, run.folder.root, lambda: source_digest(place))
        frames = Frames(_reader(source, place), watched)
        frame = frames.first if frame is None else frames.frame(frame).index
        events = Events()
        writer = Writer(run, frames, watched, events, debug=debug)
    except BaseException:
        run.shot.close()
        run.folder.release()
        raise
    return Session(
        name=place.name,
        folder=str(run.folder.root),
        frames=frames,
        shown=writer.edited.shown,
        cuts=lambda: run.shot.cuts,
        labels=writer.edited.objects,
        warnings=lambda: run.warnings,
        windows=Windows(),
        events=events,
        writer=writer,
        at=frame,
        close=writer.close,
    )


def _looking(source: SourceOptions, place: Path, folder: ShotFolder, frame: int | None) -> Session:
    """A shot that another process writes to."""
    open_reader = _reader(source, place)
    reader = open_reader()
    watched = WatchedSource(place, folder.root, lambda: source_digest(place))
    frames = Frames(open_reader, watched)
    shot = ReadShot(folder, source, lambda index: frame_name(reader, index))
    events = Events()
    shot.watch(lambda: events.tell("timeline"))
    return Session(
        name=place.name,
        folder=str(folder.root),
        frames=frames,
        shown=shot.shown,
        cuts=shot.cuts,
        labels=shot.labels,
        warnings=lambda: frames.warnings,
        windows=Windows(f"another ovos is writing to {folder.root}: this page only shows it"),
        events=events,
        writer=None,
        at=frames.first if frame is None else frames.frame(frame).index,
        close=shot.close,
    )


def _options(
    source: SourceOptions, out: Path | None, model: ModelOptions
) -> tuple[SourceOptions, OutputOptions, ModelOptions, MemoryOptions, ShotFolder | None]:
    """Options of the shot, and its folder if it is there."""
    place = source.place
    if isinstance(place, LiveSource):
        raise InputError(f"{place} can be read only once; save it in a file, and edit that")
    if is_shot(place):
        if out is not None and out.resolve() != place.resolve():
            raise InputError(f"{place} is a shot, which is edited where it is: leave out --out")
        return (*_recorded(ShotFolder(place), source, model), ShotFolder(place))
    root = out or default_folder(place, "ovos")
    if is_shot(root):
        kept = ShotFolder(root)
        recorded, output, known, memory = _recorded(kept, source, model)
        return replace(recorded, video=str(place)), output, known, memory, kept
    if root.is_dir() and any(p.is_file() for p in root.rglob("*") if KEPT not in p.parts):
        raise InputError(
            f"the folder {root} is not empty, and no shot that can be gone on with; choose another "
            "--out"
        )
    output = OutputOptions(out=root, quiet=True)
    return source, output, model, MemoryOptions(), None


def is_shot(folder: Path) -> bool:
    """Whether a folder is one that `ovos segment` or `ovos edit` wrote, and can go on with."""
    shot = ShotFolder(folder)
    return shot.kept.is_dir() and shot.record.is_file()


def _recorded(kept: ShotFolder, asked: SourceOptions, model: ModelOptions) -> Groups:
    """Options that a shot was begun with, which those that are given now must not contradict."""
    record = kept.read_record()
    if record is None:
        raise InputError(
            f"{kept.record} is damaged, and says how the shot was begun; begin anew with another "
            "--out"
        )
    if record.get("live"):
        raise read_once(record.get("source", ""), kept.root)
    kept.refuse_linked_outputs()
    source, output, known, memory = options_of(record.get("options", {}), kept.root)
    other = [
        f"--{name}"
        for name in _RANGE
        if getattr(asked, name) not in (getattr(_USUAL, name), getattr(source, name))
    ]
    if model not in (ModelOptions(), known):
        other.append("options of the model")
    if other:
        raise InputError(
            f"{kept.root} was begun with other {' and '.join(other)}; leave that out, or choose "
            "another --out"
        )
    source = replace(source, mask=[], mask_colors=None, mask_threshold=None)
    output = replace(output, overwrite=False, resume=True, quiet=True)
    return source, output, known, memory


def _reader(source: SourceOptions, place: Source) -> Callable[[], FrameReader]:
    rate = Fraction(source.fps).limit_denominator(1001)
    return lambda: open_source(
        place, start=source.start, end=source.end, rate=rate, stream=source.stream
    )
