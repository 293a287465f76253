"""Options that `ovos benchmark`, `ovos evaluate` and `ovos report` share."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import datasets
from ovos_cli.datasets import DatasetName
from ovos_cli.lines import say
from ovos_cli.options import OUTPUT

_DATA = "Data"

Dataset = Annotated[
    DatasetName,
    typer.Option(help="Which data set; it decides the rules of scoring.", rich_help_panel=_DATA),
]
Root = Annotated[
    Path | None,
    typer.Option(
        help="Its folder: the one with JPEGImages and Annotations (DAVIS, folder) or with "
        "train, valid and test (YouTube-VOS). Default: looked for by its usual names in the folder "
        "that OVOS_DATA names, then here; the sample comes with ovos.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        help="val, train, test-dev or all (DAVIS), val, train or test (YouTube-VOS), or a text "
        "file of sequence names. Default: val; all of a folder.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Sequences = Annotated[
    str | None,
    typer.Option(help="Only these, by comma: bear,dog.", rich_help_panel=_DATA),
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Only the first so many sequences.", rich_help_panel=_DATA),
]
Name = Annotated[
    str | None,
    typer.Option(
        help="The method's name, for tables and reports; of a benchmark also for its folder.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that score. Default: one for each core."),
]


def open_dataset(
    console: Console, name: DatasetName, root: Path | None, split: str | None
) -> datasets.Dataset:
    """Open a data set; one whose root nobody gave is looked for, and it is said where it was found.

    Raises:
        InputError: it is not found, or not what it should be.
    """
    if root is None:
        found = datasets.find_root(name, split)
        say(console, escape(f"data     {found.root} ({found.by})"))
        root = found.root
    return datasets.open_dataset(name, root, split)


def names(sequences: str | None) -> list[str] | None:
    """Split `--sequences`. Raises InputError: it names nothing."""
    if sequences is None:
        return None
    found = [n.strip() for n in sequences.split(",") if n.strip()]
    if not found:
        raise InputError(f"--sequences '{sequences}' names none; write names by comma: bear,dog")
    return found
