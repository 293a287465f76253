"""Options that `ovos benchmark` and `ovos evaluate` share."""

from pathlib import Path
from typing import Annotated

import typer

from ovos_cli.benchmarking.baselines import BaselineName
from ovos_cli.datasets import DatasetName
from ovos_cli.options import OUTPUT

_DATA, _COMPARE = "Data", "Compare"

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
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="Output folder; a run that was interrupted goes on there. "
        "Default: DATASET-SPLIT_MODEL here; for a part of a split DATASET-SPLIT-2of30_MODEL.",
        rich_help_panel=OUTPUT,
    ),
]
Name = Annotated[
    str | None,
    typer.Option(
        help="The method's name, for tables and reports; of a benchmark also for its folder.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Timing = Annotated[
    bool,
    typer.Option(
        "--timing",
        help="Print seconds per module beside the paper's Table 4.",
        rich_help_panel=OUTPUT,
    ),
]
Ablation = Annotated[
    bool,
    typer.Option(
        "--ablation",
        help="Run the rows of the paper's Table 3 A and B, and print them beside the paper's.",
        rich_help_panel=_COMPARE,
    ),
]
Rows = Annotated[
    str | None,
    typer.Option(
        help="With --ablation: only these rows, by comma: A2,B1. E1 to E7 switch off what "
        "lite adds to the paper; all is every row.",
        rich_help_panel=_COMPARE,
    ),
]
Checkpoints = Annotated[
    list[str] | None,
    typer.Option(
        help="With --ablation: weights of a row of Table 3 C or D: C1=FILE.",
        rich_help_panel=_COMPARE,
        show_default=False,
    ),
]
Baselines = Annotated[
    list[BaselineName] | None,
    typer.Option(
        help="Also run, on the same frames: first-mask (the first mask kept), flow (warped by "
        "optical flow), box (box tracker and GrabCut), or all. For perspective.",
        rich_help_panel=_COMPARE,
        show_default=False,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that score. Default: one for each core."),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Spread the sequences over a running Ray cluster: HOST:PORT of its head node, "
        "ray://HOST:PORT, or auto. Its machines need ovos-cli, and no data. Sequences share "
        "machines there, so seconds per frame are not those of a quiet one.",
        show_default=False,
    ),
]


def names(sequences: str | None) -> list[str] | None:
    """Split `--sequences`."""
    if sequences is None:
        return None
    return [n.strip() for n in sequences.split(",") if n.strip()]
