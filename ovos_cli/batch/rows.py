"""Shots of a list as what `ovos segment` would have been given, checked before anything is run."""

import dataclasses
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from models.errors import InputError, problem_list
from models.sources.names import Kind, SourceName
from ovos_cli.batch.list_file import Entry
from ovos_cli.default_folder import default_folder
from ovos_cli.masks.colours import parse_colours
from ovos_cli.masks.keyframes import mask_arguments
from ovos_cli.media.source import LiveSource, source_named
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.shot.feature_cache import parse_size
from ovos_cli.shot.instructions import parse_drop, parse_lock
from ovos_cli.sinks import SINKS

_OF_ALL = {"overwrite", "resume", "quiet"}
_NAMES = {"set": "settings"}
"""Options that the command line calls otherwise than Python."""
_FRAME = re.compile(r"[0-9]{1,9}")
_YES = dict.fromkeys(("true", "yes", "on", "1"), True)
_NO = dict.fromkeys(("false", "no", "off", "0"), False)


@dataclass(frozen=True)
class Row:
    """One shot. where: in the list, `line 3`. name: of its output, for people."""

    where: str
    name: str
    source: SourceOptions
    output: OutputOptions
    model: ModelOptions
    memory: MemoryOptions

    @property
    def out(self) -> Path:
        """Its output folder."""
        assert self.output.out is not None
        return self.output.out


def rows_of(
    list_file: Path,
    entries: Iterable[Entry],
    common: tuple[OutputOptions, ModelOptions, MemoryOptions],
) -> list[Row]:
    """Say of each shot what is to be done, and check all that can be without reading videos.

    Args:
        list_file: where the entries are from; paths are relative to its folder.
        entries: what is said of each shot.
        common: what counts where a shot says nothing. Its `out` is the folder of outputs; None is
            the list's.

    Raises:
        InputError: an option that there is not, a value of the wrong kind, a file that is not
            there, two shots with one output. All of them, with their lines.
    """
    faults, rows, outputs = list[str](), list[Row](), dict[Path, str]()
    for entry in entries:
        try:
            row = _row(list_file.parent.absolute(), entry, common)
            _check_output(row, outputs)
            rows.append(row)
        except InputError as error:
            faults.append(f"{entry.where}: {error}")
    if faults:
        raise InputError(problem_list(f"nothing was run: the list {list_file}", faults))
    return rows


def _row(
    folder: Path, entry: Entry, common: tuple[OutputOptions, ModelOptions, MemoryOptions]
) -> Row:
    said = {_NAMES.get(name, name): value for name, value in entry.said.items()}
    for name in ("video", "mask"):
        if name not in said:
            raise InputError(f"there is no {name}")
    video = _video(_typed("video", str, said.pop("video"), folder), folder)
    base = (common[0].out or folder).absolute()
    out = base / _typed("out", str, said.pop("out", default_folder(video, "ovos")), folder)
    masks = _typed("mask", list[str], said.pop("mask"), folder)
    source = SourceOptions(
        video=str(video),
        mask=[_mask(text, folder) for text in masks],
        **_said_of(SourceOptions, said, folder),
    )
    output = dataclasses.replace(common[0], **_said_of(OutputOptions, said, folder), out=out)
    model = dataclasses.replace(common[1], **_said_of(ModelOptions, said, folder))
    memory = dataclasses.replace(common[2], **_said_of(MemoryOptions, said, folder))
    if said:
        raise InputError(_unknown(next(iter(said))))
    _check(source, output, model)
    name = os.path.relpath(out, base) if out.is_relative_to(base) else str(out)
    return Row(entry.where, name, source, output, model, memory)


def _said_of(group: Any, said: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Take the options of a group out of what is said."""
    hints = get_type_hints(group)
    own = [field.name for field in dataclasses.fields(group) if field.name in said]
    return {
        name: _typed(name, hints[name], said.pop(name), folder)
        for name in own
        if name not in _OF_ALL
    }


def _typed(name: str, hint: Any, value: Any, folder: Path) -> Any:
    """A value of a list as one of an option's type. Raises InputError: it is none."""
    if (kinds := get_args(hint)) and get_origin(hint) is not list:  # a union with None
        return _typed(name, next(kind for kind in kinds if kind is not NoneType), value, folder)
    if get_origin(hint) is list:
        return [str(one) for one in (value if isinstance(value, list) else [value])]
    text = str(value).strip()
    try:
        if hint is bool:
            return (_YES | _NO)[text.lower()]
        if isinstance(value, bool | list | dict):
            raise ValueError
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint(text.lower())
        if hint is Path:
            return folder / text
        if name == "proposals" and SourceName.parse(text).kind is Kind.FILES:
            return f"{Kind.FILES}:{folder / SourceName.parse(text).argument}"
        if name == "names" and (folder / text).is_file():
            return str(folder / text)
        return hint(text)
    except (KeyError, ValueError) as error:
        raise InputError(f"{name} is {value!r}, {_wanted(hint)}") from error


def _wanted(hint: Any) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"and should be one of: {', '.join(hint)}"
    return {bool: "and should be yes or no", int: "and should be a whole number"}.get(
        hint, "and should be a number" if hint is float else "and should be one text"
    )


def _unknown(name: str) -> str:
    if name in _OF_ALL:
        return f"{name} is said of all shots together, on the command line"
    kinds: tuple[Any, ...] = (SourceOptions, OutputOptions, ModelOptions, MemoryOptions)
    fields = [field.name for kind in kinds for field in dataclasses.fields(kind)]
    known = ", ".join(field for field in fields if field not in _OF_ALL)
    return f"there is no option {name}; shots take {known}"


def _video(text: str, folder: Path) -> Path:
    found = source_named(str(folder / text))
    once = not (folder / text).exists() and isinstance(source_named(text), LiveSource)
    if once or isinstance(found, LiveSource):
        raise InputError(f"{text} can be read only once; give it to ovos segment, alone")
    if not found.exists():
        raise InputError(f"{found} does not exist")
    return found


def _mask(text: str, folder: Path) -> str:
    """A mask argument with its path below a folder, see `mask_arguments`."""
    number, equals, file = text.partition("=")
    if equals and _FRAME.fullmatch(number.strip()) and not (folder / text).exists():
        return f"{int(number)}={folder / file.strip()}"
    return str(folder / text)


def _check(source: SourceOptions, output: OutputOptions, model: ModelOptions) -> None:
    """What is wrong with a shot whatever its frames are."""
    mask_arguments(source.mask, source.start)
    for text in source.drop or ():
        parse_drop(text)
    for text in source.lock or ():
        parse_lock(text)
    if source.mask_colors:
        parse_colours(source.mask_colors)
    if output.cache is not None:
        parse_size(output.cache)
    if unknown := [name for name in output.write or () if name not in SINKS]:
        raise InputError(f"there is no output '{unknown[0]}'; write takes {', '.join(SINKS)}")
    if source.start < 0 or (source.end is not None and source.end < source.start):
        raise InputError(f"start {source.start} and end {source.end} are no range of frames")
    if model.weights is not None and not model.weights.is_file():
        raise InputError(f"the weights {model.weights} do not exist")


def _check_output(row: Row, outputs: dict[Path, str]) -> None:
    """See that no two shots write to one folder, or one into the other's."""
    place = Path(os.path.realpath(row.out))
    for other, where in outputs.items():
        if place == other:
            raise InputError(f"its output {row.out} is that of {where}, too; name another with out")
        if other in place.parents or place in other.parents:
            raise InputError(
                f"its output {row.out} and that of {where} lie one in the other; name another "
                "with out"
            )
    outputs[place] = row.where
