"""Changes to a recipe from the command line: `--set schedule.batch=8`."""

from typing import Any, get_args

from pydantic import BaseModel

from models.errors import InputError
from models.utils.toml_value import toml_value

_INSTEAD = {"schedule.iterations": "epochs", "schedule.epochs": "iterations"}
"""A recipe has one of the two: setting one takes the other away."""


def override(values: dict[str, Any], text: str, schema: type[BaseModel]) -> None:
    """Change the values of a recipe in place.

    Args:
        values: the recipe as TOML gives it.
        text: `KEY=VALUE` as for `read_recipe`; without a value the key is taken away.
        schema: the recipe's model, which says the keys that there are.

    Raises:
        InputError: the text has no "=", or its key names nothing that could be set or taken away.
    """
    key, equals, literal = text.partition("=")
    if not equals:
        raise InputError(f"'{text}' sets nothing; write key=value, as in schedule.batch=8")
    inner: Any = values
    *path, last = key.strip().split(".")
    taken_away = not literal.strip()
    if taken_away:
        _check_key(schema, [*path, last], key)
    for name in path:
        if isinstance(inner, list):
            if not name.isdecimal() or int(name) >= len(inner):
                raise InputError(f"'{key}' names no entry; there are {len(inner)}, from 0")
            inner = inner[int(name)]
        elif taken_away and name not in inner:
            return
        else:
            inner = inner.setdefault(name, {})
        if not isinstance(inner, dict | list):
            raise InputError(f"'{key}' names nothing: '{name}' is a plain value")
    if isinstance(inner, list) and taken_away:
        raise InputError(f"'{key}': no single entry can be taken away; copy the recipe and edit it")
    if isinstance(inner, list):
        raise InputError(f"'{key}' names no entry; write its number first, as in data.0.root=x")
    if taken_away:
        inner.pop(last, None)
        return
    inner[last] = toml_value(literal)
    if instead := _INSTEAD.get(key.strip()):
        inner.pop(instead, None)


def _check_key(model: type[BaseModel], path: list[str], key: str) -> None:
    """Refuse a key that no recipe has: taking a misspelt one away would change nothing."""
    name, *rest = path
    field = model.model_fields.get(name)
    if field is None:
        raise InputError(f"the recipe has no key '{key}'")
    inner = _models_in(field.annotation)
    rest = rest[1:] if rest and rest[0].isdecimal() else rest
    if rest and not inner:
        raise InputError(f"'{key}' names nothing: '{name}' is a plain value")
    if rest:
        _check_key(inner[0], rest, key)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Tables that an annotation speaks of, as in `tuple[DataPart, ...]` and `DevPart | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
