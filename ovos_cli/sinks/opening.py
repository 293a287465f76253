"""Outputs that options name, and what they are told."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from pathlib import Path

from models.errors import InputError
from ovos_cli.media.folder_reader import FolderReader
from ovos_cli.media.frame import FrameReader
from ovos_cli.option_groups import ExportOptions, OutputOptions
from ovos_cli.sinks import OF_RUN, SINKS
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.naming import FrameNaming
from ovos_cli.sinks.refining import Refinement, Refining
from ovos_cli.sinks.sink import ALPHA_OPTIONS, ExportSettings, ShotInfo, Sink

_BITS = (8, 16)


def outputs_named(names: Iterable[str], option: str) -> dict[str, type[Sink]]:
    """The outputs of these names, each once.

    Raises:
        InputError: there is no such output.
    """
    found = dict[str, type[Sink]]()
    for name in names:
        if name not in SINKS:
            raise InputError(f"there is no output '{name}'; {option} takes {', '.join(SINKS)}")
        found[name] = SINKS[name]
    return found


def exports_of(output: OutputOptions) -> dict[str, type[Sink]]:
    """What `ovos segment` writes beside what a run writes as it goes.

    Raises:
        InputError: there is no such output; or options are for such outputs, and there are none.
    """
    named = [*(output.write or ()), *(["soft"] if output.soft else [])]
    wanted = outputs_named(named, "--write")
    exports = {name: kind for name, kind in wanted.items() if name not in OF_RUN}
    if not exports and (unused := _changed(output)):
        raise InputError(
            f"{_flag(unused[0])} is for outputs such as rgba, and --write names none; masks, "
            "mattes and overlay are what was found. Add --write, or use ovos export afterwards"
        )
    return exports


def _changed(options: ExportOptions) -> list[str]:
    """Options that say how outputs are written, and are not as they are if nobody gives them."""
    return [
        field.name
        for field in fields(ExportOptions)
        if field.name != "names" and getattr(options, field.name) != field.default
    ]


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def file_names(reader: FrameReader) -> tuple[str, ...] | None:
    """Names of a folder's images, by index; None of what is no folder."""
    return tuple(f.name for f in reader.files) if isinstance(reader, FolderReader) else None


def settings_of(options: ExportOptions) -> ExportSettings:
    """How outputs write what they hold. Raises InputError: an option's value cannot be."""
    if options.bits is not None and options.bits not in _BITS:
        raise InputError(f"--bits is {options.bits}; give 8 or 16")
    return ExportSettings(options.bits, options.apart)


def check_outputs(kinds: Iterable[type[Sink]], info: ShotInfo, options: ExportOptions) -> None:
    """See, before anything is computed, that outputs can hold a shot and be named so.

    Raises:
        InputError: one cannot; names of objects collide; --pattern is none; or an option is given
            that changes nothing of what is written.
    """
    kinds = [*kinds]
    naming_of(info, options)
    refinement_of(options).check()
    _check_heeded(kinds, options)
    info.names.check(info.objects)
    for kind in kinds:
        kind.check(info)


def _check_heeded(kinds: Collection[type[Sink]], options: ExportOptions) -> None:
    heeded = {option for kind in kinds for option in kind.heeds}
    for option in _changed(options):
        if option in heeded or option not in ALPHA_OPTIONS:
            continue
        able = [name for name, kind in SINKS.items() if option in kind.heeds]
        raise InputError(
            f"{_flag(option)} changes only what {', '.join(able)} hold; add one of these outputs, "
            "or leave it out"
        )


def naming_of(info: ShotInfo, options: ExportOptions) -> FrameNaming:
    """How frames' files are called. Raises InputError: --pattern or --first-number cannot be."""
    return FrameNaming(info.shot, options.pattern, options.first_number, info.first)


def refinement_of(options: ExportOptions) -> Refinement:
    """What is changed of masks on the way out."""
    return Refinement(
        median=options.median,
        fill_holes=options.fill_holes,
        drop_islands=options.drop_islands,
        grow=options.grow,
        feather=options.feather,
        soft_edges=options.soft_edges,
    )


def open_exports(
    kinds: Iterable[type[Sink]],
    root: Path,
    parts: Path,
    info: ShotInfo,
    options: ExportOptions,
    cuts: Callable[[], Collection[int]],
) -> Exports:
    """Begin outputs, see `Exports` and `Refining`.

    Raises:
        OvosError: the folder cannot be written.
    """
    refining = Refining(refinement_of(options), info.objects, cuts)
    return Exports([*kinds], root, parts, info, naming_of(info, options), refining)
