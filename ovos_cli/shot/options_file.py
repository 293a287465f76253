"""Options of a run as JSON, so that it can be gone on with from any folder."""

import dataclasses
import os
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from models.errors import InputError
from models.sources.names import Kind
from ovos_cli.media.source import source_named
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions

Groups = tuple[SourceOptions, OutputOptions, ModelOptions, MemoryOptions]
_FILES = "files:"
_PYTHON = ".py"

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
        InputError: it holds something else, or what should not be done because a file says so.
    """
    try:
        source = _group(SourceOptions, record)
        output = dataclasses.replace(_group(OutputOptions, record), out=root)
        model = _group(ModelOptions, record)
        memory = _group(MemoryOptions, record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{root}/run.json does not say how the run was begun; give the whole command with "
            "--resume"
        ) from error
    # A folder may come from anybody, and such a configuration is a program.
    if (model.proposals or "").startswith(f"{Kind.DETECTRON2}:") and (
        model.proposals or ""
    ).endswith(_PYTHON):
        raise InputError(
            f"{root}/run.json names a Python file, {model.proposals}, which would be executed; if "
            "that is meant, give the whole command with --resume"
        )
    return source, output, model, memory


def size_of(record: dict[str, Any] | None) -> int | None:
    """The size inside the model that run.json names; None where it names none."""
    try:
        size = (record or {})["options"][ModelOptions.__name__]["size"]
    except (KeyError, TypeError):
        return None
    return size if type(size) is int else None


def _group(kind: type[Group], record: dict[str, Any]) -> Group:
    hints = get_type_hints(kind)
    return kind(**{name: _as(hints[name], v) for name, v in record[kind.__name__].items()})


def _as(hint: Any, value: Any) -> Any:
    """A value of JSON as one of a type. Raises TypeError, ValueError: it is none."""
    if (kinds := get_args(hint)) and get_origin(hint) is not list:  # a union with None
        return None if value is None else _as(next(k for k in kinds if k is not NoneType), value)
    if get_origin(hint) is list and isinstance(value, list):
        return [_as(kinds[0], one) for one in value]
    if hint is float and type(value) is int:
        return float(value)
    if hint is Path and isinstance(value, str) and "\0" not in value:
        return Path(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint in {int, float, str, bool} and type(value) is hint:
        return value
    raise TypeError(f"{value!r} is not of type {hint}")


def _plain(name: str, value: Any) -> Any:
    if name == "video":
        place = source_named(value)
        return os.path.abspath(place) if isinstance(place, Path) else place.shown
    if name == "mask":  # they are kept beside
        return []
    if name == "names":  # they, too
        return None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return os.path.abspath(value)
    if name == "proposals" and value is not None and value.startswith(_FILES):
        return _FILES + os.path.abspath(value.removeprefix(_FILES))
    return value
