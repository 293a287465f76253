"""The state of a run on disk: complete or absent, and never worse than before."""

from pathlib import Path
from typing import Any

import torch

from models.errors import InputError
from models.utils.whole_file import write_whole


def save_state(state: dict[str, Any], path: Path) -> None:
    """Write a state in the place of the old one; see `write_whole`. Raises OvosError."""
    write_whole(path, lambda file: torch.save(state, file), durable=True)


def load_state(path: Path) -> dict[str, Any]:
    """Read a state.

    Raises:
        InputError: it is damaged or something else.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged file
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{path} is damaged or no training state ({reason}); "
            "give another --out, to begin again or with --set start.weights to this folder"
        ) from error
    if not isinstance(state, dict) or not {"step", "module", "average"} <= set(state):
        raise InputError(f"{path} is no training state; give another --out")
    return state
