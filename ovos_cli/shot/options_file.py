"""Options of a run as JSON, so that it can be gone on with from any folder."""

import dataclasses
import os
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from models.config import MemoryPolicy
from models.errors import InputError
from models.utils.precision import Precision
from ovos_cli.media.source import source_named
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions

Groups = tuple[SourceOptions, OutputOptions, ModelOptions, MemoryOptions]
_PATHS = {"weights", "weights_dir", "out"}
_FILES = "files:"

Group = TypeVar("Group")


def options_record(groups: Groups) -> dict[str, dict[str, Any]]:
    """The options, with whole paths."""
    return {
        type(group).__name__: {
            field.name: _plain(field.name, getattr(group, field.name))
            for field in dataclasses.fields(group)
        }
        for group in groups
    }


def options_of(record: dict[str, Any], root: Path) -> Groups:
    """The options that were recorded.

    Args:
        record: of `options_record`.
        root: the run's folder, wherever it is now.

    Raises:
        InputError: it holds something else.
    """
    try:
        source = _group(SourceOptions, record)
        output = dataclasses.replace(_group(OutputOptions, record), out=root)
        model = _group(ModelOptions, record)
        memory = _group(MemoryOptions, record)
        model = dataclasses.replace(model, precision=Precision(model.precision))
        if memory.memory is not None:
            memory = dataclasses.replace(memory, memory=MemoryPolicy(memory.memory))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{root}/run.json does not say how the run was begun; give the whole command with "
            "--resume"
        ) from error
    return source, output, model, memory


def _group(kind: type[Group], record: dict[str, Any]) -> Group:
    values = record[kind.__name__]
    for name, hint in get_type_hints(kind).items():
        if name in values and not _fits(values[name], hint):
            raise TypeError(name)
    return kind(**{k: Path(v) if k in _PATHS and v is not None else v for k, v in values.items()})


def _fits(value: Any, hint: Any) -> bool:
    """Whether JSON can stand for a value of a type."""
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if get_origin(hint) is list:
        return isinstance(value, list) and all(_fits(v, get_args(hint)[0]) for v in value)
    if issubclass(hint, Path | Enum):
        return isinstance(value, str)
    return isinstance(value, int | float if hint is float else hint)


def _plain(name: str, value: Any) -> Any:
    if name == "video":
        place = source_named(value)
        return os.path.abspath(place) if isinstance(place, Path) else place.shown
    if name == "mask":  # they are kept beside
        return []
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return os.path.abspath(value)
    if name == "proposals" and value is not None and value.startswith(_FILES):
        return _FILES + os.path.abspath(value.removeprefix(_FILES))
    return value
