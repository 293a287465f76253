"""Public names of a package that are imported when they are first used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_exports(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package that exports names of other modules.

    Much of ovos only scores, reads or writes masks, some of it in many processes; none of that
    should wait for torch.

    Args:
        package: the package's name, for errors.
        homes: each public name and the module that it is taken from.
    """

    def take(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(homes[name]), name)

    return take, lambda: sorted(homes)
