"""Recipes by name: those that come with ovos, and files."""

import sysconfig
from collections.abc import Sequence
from pathlib import Path

from models.errors import InputError
from models.training.recipe import Recipe, read_recipe

_FOLDERS = (
    Path(__file__).parents[2] / "recipes",  # a checkout
    # an installed wheel: of the environment, or of the user
    *(
        Path(sysconfig.get_path("data", scheme)) / "share" / "ovos" / "recipes"
        for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    ),
)


def find_recipe(text: str, overrides: Sequence[str]) -> Recipe:
    """Read a recipe by file or by name.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    path = Path(text)
    if path.suffix == ".toml" or path.is_file():
        return read_recipe(path, overrides)
    known = {file.stem: file for folder in _FOLDERS for file in sorted(folder.glob("*.toml"))}
    if text not in known:
        names = ", ".join(sorted(known)) or "none was installed"
        raise InputError(f"there is no recipe '{text}'; there are: {names}; or give a .toml file")
    return read_recipe(known[text], overrides)
