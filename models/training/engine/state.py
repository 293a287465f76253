"""The state of a run on disk: complete or absent, and never worse than before."""

from pathlib import Path
from typing import Any

import torch

from models.errors import InputError, OvosError


def save_state(state: dict[str, Any], path: Path) -> None:
    """Write a state beside the old one, then take its place.

    Raises:
        OvosError: it cannot be written, as on a full disk; the old one is still there then.
    """
    temporary = path.with_suffix(".tmp")
    try:
        torch.save(state, temporary)
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        # torch reports a failing stream as a RuntimeError of its own.
        temporary.unlink(missing_ok=True)
        kept = f"the last good one, {path}, is still there" if path.exists() else "none was there"
        raise OvosError(
            f"the training state cannot be saved in {path.parent} ({_reason(error)}); {kept}. "
            "Make room and run the same command to go on from it"
        ) from error


def load_state(path: Path) -> dict[str, Any]:
    """Read a state.

    Raises:
        InputError: it is damaged or something else.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged file
        raise InputError(
            f"{path} is damaged or no training state ({_reason(error)}); "
            "remove it to begin again, or give another --out"
        ) from error
    if not isinstance(state, dict) or not {"step", "module", "average"} <= set(state):
        raise InputError(f"{path} is no training state; give another --out")
    return state


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
