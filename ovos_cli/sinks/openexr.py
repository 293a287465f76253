"""OpenEXR files of named channels, by the OpenEXR project's own library."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError, OvosError
from models.utils.whole_file import unfinished
from ovos_cli.shot.object_names import ObjectNames
from ovos_cli.sinks.sink import ShotInfo

Channel = NDArray[np.float32] | NDArray[np.float16]

_ODD = re.compile(r"[^A-Za-z0-9_]+")


def check_openexr() -> None:
    """See that the library is there. Raises InputError: it is not."""
    _library()


def write_exr(path: Path, channels: Mapping[str, Channel], header: Mapping[str, Any] = {}) -> None:
    """Write (H, W) channels, ZIPS, which loses nothing.

    Args:
        channels: by name; half or float as their type is.
        header: further attributes.

    Raises:
        OvosError: it cannot be written.
    """
    exr = _library()
    settings = {"compression": exr.ZIPS_COMPRESSION, "type": exr.scanlineimage, **header}
    pixels = {name: exr.Channel(np.ascontiguousarray(c)) for name, c in channels.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = unfinished(path)
    try:
        with exr.File(settings, pixels) as file:
            file.write(os.fspath(temporary))
    except RuntimeError as error:  # a full disk, too
        raise OvosError(f"{path} cannot be written: {error}") from error
    temporary.replace(path)


def header_of(info: ShotInfo) -> dict[str, Any]:
    """What every file of a shot says of its pixels."""
    return {"pixelAspectRatio": float(info.aspect)} if info.aspect else {}


def layer_names(objects: Iterable[int], names: ObjectNames) -> dict[int, str]:
    """What layers of objects are called: letters, digits and _, as every program takes them.

    Names that would be the same get the object's id.
    """
    layers = dict[int, str]()
    for ident in objects:
        name = _ODD.sub("_", names.name(ident)).strip("_") or f"object_{ident}"
        layers[ident] = f"{name}_{ident}" if name in layers.values() else name
    return layers


def _library() -> ModuleType:
    try:
        import OpenEXR
    except ImportError as error:
        raise InputError(
            'OpenEXR files need a library that is not there: pip install "ovos-cli[exr]"'
        ) from error
    return OpenEXR
