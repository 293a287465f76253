"""Types and ranges of a frozen dataclass of settings, checked from its annotations.

The model's configuration is read without pydantic, which only training needs.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from models.errors import InputError

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Within:
    """Range of a number, or of each number of a tuple; both ends are allowed."""

    least: float = 0
    most: float = math.inf

    def __str__(self) -> str:
        return f"{self.least} or more" if math.isinf(self.most) else f"{self.least} to {self.most}"


def check_settings(settings: object) -> None:
    """Check each field of a dataclass against its annotation.

    Understood are str, int, float, bool, enums of texts, tuples of them, `X | None`, and
    `Annotated[..., Within(least, most)]`. Whole numbers are numbers, true and false are not, and
    neither are NaN and infinity.

    Raises:
        InputError: a value is of another type or outside of its range.
    """
    for name, hint in get_type_hints(type(settings), include_extras=True).items():
        value = getattr(settings, name)
        kind, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        if not _fits(value, kind):
            raise InputError(f"the setting {name} cannot be '{value}'; it must be {_wanted(kind)}")
        for allowed in notes:
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(allowed.least <= number <= allowed.most for number in numbers):
                said = name.replace("_", " ")
                raise InputError(f"{said} is {value}; it must be {allowed}")


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of a field's type."""
    if isinstance(hint, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if kinds[-1] is Ellipsis:
            return all(_fits(v, kinds[0]) for v in value)
        return len(value) == len(kinds) and all(map(_fits, value, kinds))
    if isinstance(value, bool) or hint is bool:
        return isinstance(value, bool) and hint is bool
    if hint is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, hint)


def _wanted(hint: Any) -> str:
    """A field's type in words."""
    if isinstance(hint, UnionType):
        return _wanted(get_args(hint)[0])
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        count = "" if kinds[-1] is Ellipsis else f"{len(kinds)} "
        return f"a list of {count}{'texts' if kinds[0] is str else 'whole numbers'}"
    if issubclass(hint, StrEnum):
        return f"one of: {', '.join(hint)}"
    return _WORDS[hint]
