"""Which `models` is meant: the package beside `ovos_cli`, whatever else has that name."""

import sys
from importlib import import_module
from pathlib import Path

_PLACE = Path(__file__).resolve().parent.parent


def import_models() -> None:
    """Import the package `models` before a folder or file of that name is found elsewhere.

    One in the working folder or on PYTHONPATH would hide it.

    Raises:
        ImportError: another `models` is imported already.
    """
    held = sys.modules.get("models")
    if held is None:
        sys.path.insert(0, str(_PLACE))
        try:
            import_module("models")
        finally:
            sys.path.remove(str(_PLACE))
        return
    found = getattr(held, "__file__", None)
    if found is None or Path(found).resolve().parent != _PLACE / "models":
        raise ImportError(
            f"ovos_cli needs its own package 'models', and {found or held} has that name in this "
            "process. Rename it, or import ovos_cli in a process of its own"
        )
