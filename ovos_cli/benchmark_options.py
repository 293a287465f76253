"""Options of `ovos benchmark`."""

from pathlib import Path
from typing import Annotated

import typer

from ovos_cli.benchmarking.baselines import BaselineName
from ovos_cli.options import OUTPUT

_COMPARE = "Compare"

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
        help="With --ablation: only these rows, by comma: A2,B1. E1 to E13 switch off what "
        "lite adds to the paper, but for likeness, which needs weights of its own. A, B and E are "
        "all rows of these letters, all is every row. What an earlier run did of them is not run "
        "again.",
        rich_help_panel=_COMPARE,
    ),
]
Checkpoints = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ROW=FILE",
        help="With --ablation: weights of a row of Table 3 C or D: C1=FILE; may be repeated.",
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
Rounds = Annotated[
    int | None,
    typer.Option(
        "--rounds",
        min=1,
        metavar="N",
        help="Then correct each sequence N times, as a person would: the truth of the frame with "
        "the worst object is given, and what follows from it found again. Shows J&F after each "
        "correction, and what it cost.",
        rich_help_panel=_COMPARE,
        show_default=False,
    ),
]
Clicks = Annotated[
    bool,
    typer.Option(
        "--clicks",
        help="Measure `ovos mask` in place of following: IoU of first masks that a simulated "
        "person makes with one box, and with 1, 3 and 5 clicks, each next one in the middle of the "
        "largest error; and how many clicks an IoU of 0.85 and 0.9 takes.",
        rich_help_panel=_COMPARE,
    ),
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
