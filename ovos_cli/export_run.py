"""What `ovos export` does between its options and what it prints."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from models.errors import InputError
from ovos_cli.background import WriteBehind
from ovos_cli.default_folder import shot_name
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.option_groups import ExportOptions
from ovos_cli.output import remove_if_empty, writing
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.object_names import given_names, read_object_names, write_object_names
from ovos_cli.shot.stored import StoredShot
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.opening import (
    check_outputs,
    file_names,
    open_exports,
    outputs_named,
    settings_of,
)
from ovos_cli.sinks.parts_folder import PartsFolder
from ovos_cli.sinks.sink import ShotInfo, Sink, SoftMask, Written

_DEFAULT = "export"


class ExportRun:
    """An export whose input was found good.

    doubts: what the user should know before it begins. failures: what is wrong with outputs that
    gave up; the others are there.
    """

    def __init__(
        self, shot: StoredShot, reader: FrameReader | None, exports: Exports, parts: PartsFolder
    ) -> None:
        """See `open_export`."""
        self.doubts = [*filter(None, [_incomplete(shot)])]
        self.failures = exports.failures
        self._shot, self._reader, self._exports, self._parts = shot, reader, exports, parts
        self._hard = list[int]()  # frames whose soft masks were wanted, and are not known

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self._shot.stems)

    @property
    def warnings(self) -> list[str]:
        """What the user should know of what was read."""
        warnings = [*self._reader.warnings] if self._reader and self._exports.pixels else []
        if self._hard:
            warnings.append(
                f"{len(self._hard)} frames have no soft masks in {self._shot.folder.root}, as of a "
                "source that is read once: they went out as 0 and 1. With --soft, ovos segment "
                "writes them as it goes"
            )
        return warnings

    def follow(
        self, tick: Callable[[], None] = lambda: None, finishing: Callable[[], None] = lambda: None
    ) -> list[Path]:
        """Write every frame to every output.

        Args:
            tick: called after each frame.
            finishing: called once, when all frames were given to the outputs; what these write at
                their end, such as one large file of all frames, can take long.

        Returns:
            Files and folders that are there now.

        Raises:
            InputError: a mask or a frame cannot be read. Nothing is there then.
        """
        exports, worker = self._exports, WriteBehind(self._exports.write)
        try:
            with closing(self._shot):
                try:
                    for written in self._written():
                        worker.submit(written)
                        tick()
                    finishing()
                finally:
                    worker.finish()
                exports.close()
                return exports.put_in_place()
        finally:
            self._parts.remove()
            remove_if_empty(exports.place)

    def _written(self) -> Iterator[Written]:
        shot, stems = self._shot, self._shot.stems
        if not self._exports.pixels:
            for index in stems:
                yield self._one(index, None)
            return
        assert self._reader is not None
        missing = {*stems}
        for frame in self._reader.between(min(stems), max(stems)):
            if frame.index in missing:
                missing.discard(frame.index)
                yield self._one(frame.index, frame)
        if missing:
            raise InputError(f"{shot.source} ends before frame {min(missing)}, which has masks")

    def _one(self, index: int, frame: Frame | None) -> Written:
        shot = self._shot
        return Written(
            stem=shot.stems[index],
            ids=shot.ids(index),
            index=index,
            time=index / shot.rate if frame is None else frame.time,
            name=shot.stems[index],
            frame=frame,
            soft=cache(lambda: self._soft(index)),
        )

    def _soft(self, index: int) -> Mapping[int, SoftMask]:
        soft = self._shot.soft(index)
        if soft is None:
            self._hard.append(index)
        return soft or {}


def open_export(
    folder: Path,
    to: Sequence[str],
    options: ExportOptions,
    *,
    out: Path | None = None,
    video: str | None = None,
    overwrite: bool = False,
) -> ExportRun:
    """Check all that can be checked before anything is written.

    Args:
        folder: of the shot.
        to: names of outputs.
        out: where they will be; None is a folder in the shot's.
        video: where the source is now.
        overwrite: what an earlier export wrote may be replaced.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together.
    """
    kinds, settings = outputs_named(to, "--to"), settings_of(options)
    root = folder / _DEFAULT if out is None else out
    shot = StoredShot(ShotFolder(folder))
    try:
        if not shot.stems:
            raise InputError(f"{folder} holds no masks yet; go on with: ovos resume {folder}")
        reader = shot.video(video)
        _check_pixels(kinds, reader, shot)
        names = read_object_names(folder)
        if options.names is not None:
            names = given_names(options.names, shot.objects).over(names)
        info = ShotInfo(
            objects=shot.objects,
            palette=names.palette(shot.palette),
            rate=shot.rate if reader is None else reader.rate,
            aspect=None if reader is None else reader.aspect,
            size=shot.size,
            source=shot.source.name,
            shot=shot_name(shot.source),
            names=names,
            first=shot.first,
            frames=len(shot.stems),
            files=None if reader is None else file_names(reader),
            settings=settings,
        )
        check_outputs(kinds.values(), info, options)
        _check_places(kinds.values(), root, shot, overwrite=overwrite)
        if options.names is not None:
            write_object_names(folder, names)
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
            parts = PartsFolder(root)
        exports = open_exports(kinds.values(), root, parts.place, info, options, lambda: shot.cuts)
    except BaseException:
        shot.close()
        raise
    return ExportRun(shot, reader, exports, parts)


def _incomplete(shot: StoredShot) -> str | None:
    count, root = len(shot.stems), shot.folder.root
    if shot.lost:
        return f"{shot.lost} masks of {root} are gone or damaged; {count} frames are exported"
    if not shot.whole:
        return (
            f"{root} is not complete ({shot.record.get('state')}): {count} frames are exported. "
            f"Go on with: ovos resume {root}, then export again with --overwrite"
        )
    return None


def _check_pixels(
    kinds: dict[str, type[Sink]], reader: FrameReader | None, shot: StoredShot
) -> None:
    """See that frames can be read where they are wanted; of a video this tells its aspect, too."""
    wanted = [name for name, kind in kinds.items() if kind.pixels]
    if not wanted:
        return
    if reader is None:
        raise InputError(
            f"{wanted[0]} holds pictures, and {shot.source} is not there any more; say where it is "
            "with --video, or leave that format out"
        )
    size = reader.frame(min(shot.stems)).image.shape[:2]
    if size != shot.size:
        raise InputError(
            f"frames of {shot.source} are {size[1]}x{size[0]}, and the shot's masks are "
            f"{shot.size[1]}x{shot.size[0]}"
        )


def _check_places(
    kinds: Iterable[type[Sink]], root: Path, shot: StoredShot, *, overwrite: bool
) -> None:
    """Refuse to write over what is there, and among the frames."""
    if root.exists() and not root.is_dir():
        raise InputError(f"the output {root} is a file; give a folder with --out")
    source = shot.source
    if isinstance(source, Path) and source.is_dir():
        frames = source.resolve()
        if frames in {root.resolve(), *root.resolve().parents}:
            raise InputError(
                f"{root} lies in the folder of frames {source}, where pictures would be taken for "
                "frames; choose another --out"
            )
    for kind in kinds:
        place = root / kind.place_name
        if place.is_symlink():
            raise InputError(f"{place} is a link to another place; choose another --out")
        there = any(place.iterdir()) if place.is_dir() else place.exists()
        if there and not overwrite:
            raise InputError(
                f"{place} is there already; add --overwrite to replace it, or choose another --out"
            )
