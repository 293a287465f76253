"""The recipes that come with ovos, as a table: read without what training needs."""

import tomllib
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.utils.clutter import without_clutter
from ovos_cli.lines import say
from ovos_cli.shared_files import shared_folders

FIRST = "demo"
"""The recipe to start with: it needs no data and takes minutes."""


def known_recipes() -> dict[str, Path]:
    """Files of the recipes that come with ovos, by name; the nearest of each name."""
    found: dict[str, Path] = {}
    for folder in shared_folders("recipes"):
        for file in without_clutter(folder.glob("*.toml")):
            found.setdefault(file.stem, file)
    return found


def list_recipes(console: Console) -> None:
    """Print what each recipe trains, needs and takes, and the commands to start with."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("recipe", no_wrap=True)
    for title in ("trains", "needs", "takes about"):
        table.add_column(title)
    known = known_recipes()
    for name in sorted(known, key=lambda name: (name != FIRST, name)):
        about = tomllib.loads(known[name].read_text()).get("about", {})
        cells = (about.get(key, "") for key in ("trains", "needs", "takes"))
        table.add_row(name, *map(escape, cells))
    console.print(table)
    if FIRST in known:
        say(console, f"to start with:        ovos train {FIRST}")
    say(console, "with data of your own: ovos train lite-finetune --data DATA --check")
    say(console, "a recipe's every line: ovos train RECIPE --set KEY=VALUE changes one; the files:")
    for folder in dict.fromkeys(path.parent for path in known.values()):
        say(console, escape(f"  {folder}"))
