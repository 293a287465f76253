"""Options that `ovos benchmark` and `ovos evaluate` share."""

from pathlib import Path
from typing import Annotated

import typer

from ovos_cli.datasets import DatasetName

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
        help="val, train, test-dev, all, or a text file of sequence names. Default: val.",
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
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that score. Default: one for each core."),
]


def names(sequences: str | None) -> list[str] | None:
    """Split `--sequences`."""
    if sequences is None:
        return None
    return [n.strip() for n in sequences.split(",") if n.strip()]
