"""Weights that others publish: fetched on first use, checked, kept."""

import pickle
import re
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlparse

import torch
from torch import Tensor

from models.errors import InputError
from models.hub.weights_file import sha256

_HASH = re.compile(r"-([0-9a-f]{8,})\.[^.]+$")
"""torch.hub's convention: a file's name ends with the start of its SHA-256."""


def weights_folder(folder: Path | None) -> Path:
    """Where fetched weights are kept: the folder given, or torch's own cache."""
    return folder or Path(torch.hub.get_dir()) / "checkpoints"


def fetch(url: str, folder: Path | None = None) -> dict[str, Tensor]:
    """Read a state dict from the folder; fetch it from `url` first if it is not there.

    Args:
        url: of a file whose name ends with the start of its SHA-256, as torchvision's do.
        folder: where it is kept; None is torch's own cache.

    Raises:
        InputError: the file is not there and cannot be fetched, it is not what its name says,
            or it holds no state dict.
    """
    place = weights_folder(folder)
    file = place / Path(urlparse(url).path).name
    if file.is_file():
        _check(file)
    try:
        state: dict[str, Tensor] = torch.hub.load_state_dict_from_url(
            url, model_dir=str(place), map_location="cpu", check_hash=True, weights_only=True
        )
    except (URLError, TimeoutError, ConnectionError) as error:
        raise InputError(
            f"{url} cannot be fetched ({getattr(error, 'reason', error)}). Fetch it where there "
            f"is a network and put it here as {file}, or name its folder with --weights-dir"
        ) from error
    except OSError as error:
        raise InputError(
            f"{file} cannot be written: {error.strerror or error}; "
            "name another folder with --weights-dir"
        ) from error
    except pickle.UnpicklingError as error:
        raise InputError(f"{file} holds no weights: {error}; remove it and try again") from error
    except RuntimeError as error:
        if "hash" not in str(error):
            raise InputError(f"{file} cannot be read: {error}; remove it and try again") from error
        raise InputError(
            f"what {url} sent is not what its name says: {error}; try again, or fetch it by hand "
            f"and put it here as {file}"
        ) from error
    return state


def _check(file: Path) -> None:
    """torch checks what it fetches, but not what lies there already."""
    found = _HASH.search(file.name)
    if found is None:
        raise InputError(f"the name of {file} does not end with the start of its sha256")
    digest = sha256(file)
    if not digest.startswith(found[1]):
        raise InputError(
            f"{file} is damaged: its sha256 starts with {digest[: len(found[1])]}, not with "
            f"{found[1]}; remove it, and it is fetched again"
        )
