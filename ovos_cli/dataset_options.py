"""Options that `ovos benchmark`, `ovos evaluate` and `ovos report` share."""

from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError
from ovos_cli.datasets import DatasetName
from ovos_cli.options import OUTPUT

_DATA = "Data"

Dataset = Annotated[
    DatasetName,
    typer.Option(help="Which data set; it decides the rules of scoring.", rich_help_panel=_DATA),
]
Root = Annotated[
    Path,
    typer.Option(
        help="Its folder: the one with JPEGImages and Annotations (DAVIS, folder) or with "
        "train, valid and test (YouTube-VOS).",
        rich_help_panel=_DATA,
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


def names(sequences: str | None) -> list[str] | None:
    """Split `--sequences`. Raises InputError: it names nothing."""
    if sequences is None:
        return None
    found = [n.strip() for n in sequences.split(",") if n.strip()]
    if not found:
        raise InputError(f"--sequences '{sequences}' names none; write names by comma: bear,dog")
    return found
