"""Recipes by name: those that come with ovos, and files."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import InputError
from models.training.recipe import Recipe, read_recipe
from ovos_cli.training.listing import known_recipes


def find_recipe(text: str, overrides: Sequence[str]) -> Recipe:
    """Read a recipe by file or by name.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    path = Path(text)
    if path.suffix == ".toml" or path.is_file():
        return read_recipe(path, overrides)
    known = known_recipes()
    if text not in known:
        names = ", ".join(sorted(known)) or "none was installed"
        raise InputError(f"there is no recipe '{text}'; there are: {names}; or give a .toml file")
    return read_recipe(known[text], overrides)
