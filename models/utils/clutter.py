"""What file managers and archives leave beside files, and nobody means."""

from collections.abc import Iterable
from pathlib import Path

_LEFT = {"thumbs.db", "desktop.ini"}


def without_clutter(files: Iterable[Path]) -> list[Path]:
    """Sorted, but for hidden ones (`.DS_Store`, `._x.png`), `Thumbs.db` and `desktop.ini`."""
    return sorted(f for f in files if not f.name.startswith(".") and f.name.lower() not in _LEFT)
