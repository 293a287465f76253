"""Outputs that options name, and what they are told."""

from collections.abc import Iterable
from pathlib import Path

from models.errors import InputError
from ovos_cli.media.folder_reader import FolderReader
from ovos_cli.media.frame import FrameReader
from ovos_cli.option_groups import ExportOptions
from ovos_cli.sinks import SINKS
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.naming import FrameNaming
from ovos_cli.sinks.sink import ExportSettings, ShotInfo, Sink

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


def file_names(reader: FrameReader) -> tuple[str, ...] | None:
    """Names of a folder's images, by index; None of what is no folder."""
    return tuple(f.name for f in reader.files) if isinstance(reader, FolderReader) else None


def settings_of(options: ExportOptions) -> ExportSettings:
    """How outputs write what they hold. Raises InputError: an option's value cannot be."""
    if options.bits not in _BITS:
        raise InputError(f"--bits is {options.bits}; give 8 or 16")
    return ExportSettings(options.bits, options.apart)


def check_outputs(kinds: Iterable[type[Sink]], info: ShotInfo, options: ExportOptions) -> None:
    """See, before anything is computed, that outputs can hold a shot and be named so.

    Raises:
        InputError: one cannot; names of objects collide; or --pattern is none.
    """
    naming_of(info, options)
    info.names.check(info.objects)
    for kind in kinds:
        kind.check(info)


def naming_of(info: ShotInfo, options: ExportOptions) -> FrameNaming:
    """How frames' files are called. Raises InputError: --pattern or --first-number cannot be."""
    return FrameNaming(info.shot, options.pattern, options.first_number, info.first)


def open_exports(
    kinds: Iterable[type[Sink]], root: Path, parts: Path, info: ShotInfo, options: ExportOptions
) -> Exports:
    """Begin outputs, see `Exports`. Raises OvosError: the folder cannot be written."""
    naming = naming_of(info, options)
    return Exports([*kinds], root, parts, info, naming, soft_edges=options.soft_edges)
