"""A member of an enumeration by the name that a user gave."""

from enum import StrEnum
from typing import TypeVar

from models.errors import InputError

Choice = TypeVar("Choice", bound=StrEnum)


def named_choice(kind: type[Choice], name: str, what: str) -> Choice:
    """Find it; a member stands for itself.

    Args:
        what: the thing that is chosen, for people.

    Raises:
        InputError: there is none of this name.
    """
    try:
        return kind(name)
    except ValueError:
        raise InputError(f"there is no {what} '{name}'; choose one of: {', '.join(kind)}") from None
