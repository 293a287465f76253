"""What `ovos segment` and `ovos resume` do between their options and what they print."""

import math
from collections.abc import Callable
from contextlib import ExitStack
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
from ovos_cli.input_checks import check_mask_sizes, refuse_writing_over
from ovos_cli.masks.ids import ids_in
from ovos_cli.masks.keyframes import mask_arguments
from ovos_cli.media.checked_frames import checked_frames
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.open_source import open_source
from ovos_cli.media.ranges import past_the_end
from ovos_cli.media.source import LiveSource
from ovos_cli.memory_settings import memory_settings
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.options import LEAST_RATE
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.given import GivenMasks, kept_masks, read_given_masks
from ovos_cli.shot.identity import basis
from ovos_cli.shot.instructions import Instructions
from ovos_cli.shot.kept import claim_store, feature_cache, locked_masks
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
from ovos_cli.sinks.opening import check_outputs, exports_of, file_names, settings_of
from ovos_cli.sinks.sink import ExportSettings, ShotInfo


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
    outputs, settings = exports_of(output), settings_of(output)
    go_on = output.resume or kept is not None
    rate = Fraction(source.fps).limit_denominator(1001)
    root = output.out or default_folder(source.place, "ovos")
    if isinstance(source.place, LiveSource):
        if go_on:
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
    said = Instructions(source.lock or (), source.drop or ())
    asked = [("there is a mask for", frame) for frame in sorted(given.masks)] + said.asked()
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
    check_mask_sizes(given, head)
    info = _info(source, output, settings, reader, given, root, head)
    check_outputs(outputs.values(), info, output)
    refuse_writing_over(source.place, given, root, reader, outputs)
    folder = ShotFolder(root)
    folder.refuse_linked_outputs()
    folder.claim(anew=output.overwrite, go_on=go_on)
    with ExitStack() as undone:
        undone.callback(folder.release)
        now = basis(source.place, loaded, segmenter)
        base = hashed(now)
        if output.overwrite:
            Store.remove_damaged(folder.kept / "shot.sqlite")
        shot = undone.enter_context(
            Shot(reader, segmenter, folder.kept, base, forward=source.forward, cuts=source.cuts)
        )
        for frame, ids in given.masks.items():
            shot.put(frame, ids)
        for text, frames in said.locks.items():
            shot.lock(locked_masks(text, frames, folder, reader, head))
        for ident, span in said.drops.values():
            shot.drop(ident, span.first, span.last)
        if not edited:
            shot.check_passes()
            if (max(given.masks) > reader.start or said.drops) and reader.seekable:
                check_asked(reader, asked, shot.find_end())
        shot.cache = feature_cache(shot, output.cache, folder, base, edited=edited)
        if doubt := claim_store(shot.store, now, folder, anew=not go_on, edited=edited):
            given.doubts.append(doubt)
        folder.write_given(given.masks, given.palette)
        if output.names is not None or given.classes:
            write_object_names(root, info.names)
        undone.pop_all()  # the end of the run lets go of them
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
