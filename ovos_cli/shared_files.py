"""Files that come with ovos beside its code: recipes, the sample."""

import sysconfig
from pathlib import Path

from models.errors import OvosError


def shared_folders(name: str) -> list[Path]:
    """Places of a folder that comes with ovos, those that exist, the nearest first.

    Args:
        name: of a folder at the top of the repository: "recipes", "sample_videos".
    """
    installed = (
        Path(sysconfig.get_path("data", scheme)) / "share" / "ovos" / name
        for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    )
    places = [Path(__file__).parents[1] / name, *installed]  # a checkout; a wheel's
    return [place for place in places if place.is_dir()]


def shared_folder(name: str, holds: str) -> Path:
    """The nearest of these folders that holds a file.

    Raises:
        OvosError: there is none, since it was not installed or was removed.
    """
    for place in shared_folders(name):
        if (place / holds).exists():
            return place
    raise OvosError(
        f"{name}/{holds}, which comes with ovos, is not there; install ovos again, or run it in "
        "a clone of its repository"
    )
