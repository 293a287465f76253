"""What `ovos segment` and `ovos resume` do between their options and what they print."""

import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rich.console import Console

from models.errors import InputError
from models.hub.load import LoadedModel, load_model
from models.tracking.objects import Ids
from models.tracking.segmenter import Segmenter
from models.tracking.working_size import working_size
from ovos_cli.asked_frames import check_asked
from ovos_cli.default_folder import default_folder, shot_name
from ovos_cli.masks.ids import ids_in
from ovos_cli.masks.keyframes import mask_arguments
from ovos_cli.masks.writer import is_whole
from ovos_cli.media.checked_frames import checked_frames
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.open_source import open_source
from ovos_cli.media.ranges import past_the_end
from ovos_cli.media.source import LiveSource, Source
from ovos_cli.memory_settings import memory_settings
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.options import LEAST_RATE
from ovos_cli.shot.feature_cache import FeatureCache, parse_size
from ovos_cli.shot.folder import MasksOf, ShotFolder
from ovos_cli.shot.given import GivenMasks, kept_masks, read_given_masks
from ovos_cli.shot.identity import VERSION, basis, is_upgraded
from ovos_cli.shot.instructions import parse_drop, parse_lock
from ovos_cli.shot.object_names import (
    ObjectNames,
    given_names,
    read_object_names,
    write_object_names,
)
from ovos_cli.shot.options_file import options_record, size_of
from ovos_cli.shot.plan import hashed
from ovos_cli.shot.run import SegmentRun
from ovos_cli.shot.shot import Shot
from ovos_cli.shot.store import Store
from ovos_cli.sinks import OF_RUN, SINKS
from ovos_cli.sinks.opening import check_outputs, exports_of, file_names, settings_of
from ovos_cli.sinks.sink import ExportSettings, ShotInfo

_CACHED = "1G"


def load(model: ModelOptions, memory: MemoryOptions) -> LoadedModel:
    """The model that options name. Raises InputError: it cannot be loaded."""
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


def open_run(
    source: SourceOptions,
    output: OutputOptions,
    model: ModelOptions,
    memory: MemoryOptions,
    console: Console,
    *,
    kept: ShotFolder | None = None,
    edited: bool = False,
    load: Callable[[ModelOptions, MemoryOptions], LoadedModel] = load,
) -> SegmentRun:
    """Check all that can be checked before anything is written.

    Args:
        console: shows how far a long check is.
        kept: a folder whose masks go on to count, beside those of `source`.
        edited: masks will be given by and by, and corrected: there may be none yet.
        load: gives the model, which many runs may share.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together.
    """
    if not (math.isfinite(source.fps) and source.fps >= LEAST_RATE):
        raise InputError(
            f"--fps is {source.fps}; give a number of frames per second, 24 for example"
        )
    if output.resume and output.overwrite:
        raise InputError("--resume and --overwrite exclude each other")
    outputs = exports_of(output)
    settings = settings_of(output)
    rate = Fraction(source.fps).limit_denominator(1001)
    root = output.out or default_folder(source.place, "ovos")
    if isinstance(source.place, LiveSource):
        if output.resume or kept is not None:
            raise read_once(str(source.place), root)
    elif not source.place.exists():
        raise InputError(f"{source.place} does not exist")
    masks = [path for _, path in mask_arguments(source.mask, source.start)]
    masks += kept.files_given().values() if kept is not None else []
    reader = open_source(
        source.place,
        start=source.start,
        end=source.end,
        rate=rate,
        stream=source.stream,
        apart=masks,
    )
    given = (
        kept_masks(kept)
        if edited
        else read_given_masks(source.mask, reader, source.mask_colors, source.mask_threshold, kept)
    )
    locks = {text: parse_lock(text) for text in source.lock or ()}
    drops = {text: parse_drop(text) for text in source.drop or ()}
    asked = [("there is a mask for", frame) for frame in sorted(given.masks)]
    asked += [(f"--drop {text} begins at", span.first) for text, (_, span) in drops.items()]
    asked += [(f"--lock {text} ends at", frames[-1]) for text, frames in locks.items()]
    check_asked(reader, asked)
    inside = working_size(_first(given), asked=_asked_size(model, output, root))
    model = replace(model, size=inside)
    loaded = load(model, memory)
    segmenter = Segmenter(
        loaded.network, size=inside, device=model.device, precision=model.precision
    )
    with segmenter.clock.measure("decode"):
        head = next(checked_frames(reader, loaded.network, console), None)
    if head is None:
        raise past_the_end(source.place, source.start)
    _check_sizes(given, head)
    info = _info(source, output, settings, reader, given, root, head)
    check_outputs(outputs.values(), info, output)
    _check_inputs(source.place, given, root, reader, outputs)
    folder = ShotFolder(root)
    folder.refuse_linked_outputs()
    folder.claim(anew=output.overwrite, go_on=output.resume or kept is not None)
    shot: Shot | None = None
    try:
        now = basis(source.place, loaded, segmenter)
        base = hashed(now)
        if output.overwrite:
            Store.remove_damaged(folder.kept / "shot.sqlite")
        shot = Shot(reader, segmenter, folder.kept, base, forward=source.forward, cuts=source.cuts)
        for frame, ids in given.masks.items():
            shot.put(frame, ids)
        for text, frames in locks.items():
            shot.lock(_locked(text, frames, folder, reader, head))
        for ident, span in drops.values():
            shot.drop(ident, span.first, span.last)
        if not edited:
            shot.check_passes()
            if (max(given.masks) > reader.start or drops) and reader.seekable:
                check_asked(reader, asked, shot.find_end())
        shot.cache = _cache(shot, output.cache, folder, base, edited=edited)
        anew = not (output.resume or kept is not None)
        if doubt := _begin(shot, now, folder, anew=anew, edited=edited):
            given.doubts.append(doubt)
        folder.write_given(given.masks, given.palette)
        if output.names is not None or given.classes:
            write_object_names(root, info.names)
    except BaseException:
        if shot is not None:
            shot.close()
        folder.release()
        raise
    options = options_record((source, output, model, memory))
    return SegmentRun(source, output, loaded, shot, folder, given, info, options)


def _asked_size(model: ModelOptions, output: OutputOptions, root: Path) -> int | None:
    """Inside the model; a run that goes on keeps that which it was begun with."""
    begun = size_of(ShotFolder(root).read_record()) if output.resume else None
    return begun if model.size is None else model.size


def _first(given: GivenMasks) -> Ids | None:
    return given.masks[min(given.masks)] if given.masks else None


def _info(
    source: SourceOptions,
    output: OutputOptions,
    settings: ExportSettings,
    reader: FrameReader,
    given: GivenMasks,
    root: Path,
    head: Frame,
) -> ShotInfo:
    """What outputs are told, as far as it is known before the run."""
    objects = sorted({ident for ids in given.masks.values() for ident in ids_in(ids)})
    names = read_object_names(root)
    if output.names is not None:
        names = given_names(output.names, objects).over(names)
    names = names.over(ObjectNames.of_classes(given.classes))
    place = source.place
    return ShotInfo(
        objects=tuple(objects),
        palette=names.palette(given.palette),
        rate=reader.rate,
        aspect=reader.aspect,
        size=(head.image.shape[0], head.image.shape[1]),
        source=place.name,
        shot=shot_name(place),
        names=names,
        first=reader.start,
        files=file_names(reader),
        settings=settings,
    )


def read_once(source: str, root: Path) -> InputError:
    """The error for going on with a run whose frames have passed."""
    return InputError(
        f"{source} can be read only once: the run in {root} cannot be gone on with; what is done "
        "there stays, unless it is begun anew with --overwrite"
    )


def _begin(shot: Shot, now: dict[str, str], folder: ShotFolder, *, anew: bool, edited: bool) -> str:
    """Make sure that what is in the store is of this source and model; says what is doubtful."""
    store, before, doubt = shot.store, shot.store.get("basis"), ""
    if not anew and before is not None and before != now:
        before = before if isinstance(before, dict) else {}
        changed = [name for name in now if now[name] != before.get(name)]
        if not is_upgraded({*changed}):
            way = "choose another --out" if edited else "begin anew with --overwrite"
            raise InputError(
                f"{folder.root} was made with another {' and '.join(changed)}; give the same "
                f"again, or {way}"
            )
        store.forget()
        folder.forget_states()
        doubt = (
            f"{folder.root} was made with another {VERSION}: what was given counts, and all else "
            "is found again"
        )
    if anew:
        store.forget()
        folder.forget()
    store.put("basis", now)
    for final in store.finals():
        if not is_whole(folder.mask_file(final.stem)):
            store.forget_final(final.frame)
    return doubt


def _cache(
    shot: Shot, size: str | None, folder: ShotFolder, key: str, *, edited: bool
) -> FeatureCache | None:
    """Of the size that was asked for; else for what is gone through again: all that is edited."""
    place, device = folder.kept / "features", shot.segmenter.device
    if not shot.reader.seekable:
        return None  # nothing is gone through twice
    if size is not None or edited:
        bound = parse_size(size or _CACHED)
        return FeatureCache(place, bound, key, device) if bound else None
    if not any(chain.backward for chain in shot.plan.chains):
        return None
    return FeatureCache(place, parse_size(_CACHED), key, device, shot.passed_twice)


def _locked(
    text: str, frames: range, folder: ShotFolder, reader: FrameReader, head: Frame
) -> Mapping[int, Ids]:
    """The masks of locked frames, all of which must be there."""
    names = reader.names if reader.counted else None
    files = {}
    for frame in frames:
        stem = f"{frame:05d}" if names is None else names[frame] if frame < len(names) else "?"
        files[frame] = folder.mask_file(stem)
        if not files[frame].is_file():
            raise InputError(f"--lock {text}: frame {frame} has no mask in {folder.root / 'masks'}")
    masks = MasksOf(files)
    if masks[frames[0]].shape != head.image.shape[:2]:
        raise InputError(f"--lock {text}: {files[frames[0]]} is of another size than the frames")
    return masks


def _check_inputs(
    video: Source,
    given: GivenMasks,
    root: Path,
    reader: FrameReader,
    outputs: Collection[str],
) -> None:
    """Refuse to write over what is read."""
    places = [sink.place_name for name, sink in SINKS.items() if name in {*OF_RUN, *outputs}]
    # Any of them may be a link to where the frames are. Unlike `resolve`, this bears circles.
    written = {Path(os.path.realpath(root / place)) for place in places}
    place = video.resolve() if isinstance(video, Path) else None
    if place is not None and written & {place, *place.parents}:
        raise InputError(f"{video} lies where the run would write; choose another --out")
    for frame, file in given.files.items():
        # The mask of its own frame is written back as it is.
        inside = written & {*file.resolve().parents}
        if inside and reader.covers(file.stem) and file.stem != _stem(reader, frame):
            raise InputError(
                f"the mask {file} is named like frame {file.stem} and would be replaced by its "
                f"mask; if it is of that frame, give --mask {file.stem}={file}, else copy it to "
                "another place"
            )


def _stem(reader: FrameReader, frame: int) -> str:
    names = reader.names if reader.counted else None
    return f"{frame:05d}" if names is None or frame >= len(names) else names[frame]


def _check_sizes(given: GivenMasks, head: Frame) -> None:
    height, width = head.image.shape[:2]
    for frame, ids in given.masks.items():
        if ids.shape != (height, width):
            raise InputError(
                f"the mask is {ids.shape[1]}x{ids.shape[0]} but frame {frame} is "
                f"{width}x{height} (rotation applied); draw the mask {given.files.get(frame, '')} "
                "on a frame of the full size, if it is of this video"
            )
