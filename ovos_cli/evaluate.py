"""`ovos evaluate`: parse, call, print."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import dataset_options, options
from ovos_cli.evaluation.files import check_results_folder, results_record, write_results
from ovos_cli.evaluation.pool import scoring_pool
from ovos_cli.evaluation.preflight import check_masks, check_masks_folder, missing_categories
from ovos_cli.evaluation.scoring import score_all
from ovos_cli.evaluation.tables import score_table
from ovos_cli.lines import say
from ovos_cli.progress import progress_bar


def evaluate(
    results: Annotated[
        Path,
        typer.Argument(help="Masks of a method: SEQUENCE/FRAME.png, indexed.", show_default=False),
    ],
    dataset: dataset_options.Dataset,
    root: dataset_options.Root = None,
    split: dataset_options.Split = None,
    sequences: dataset_options.Sequences = None,
    limit: dataset_options.Limit = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the tables. Default: that of the masks."),
    ] = None,
    name: dataset_options.Name = None,
    jobs: dataset_options.Jobs = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Score the masks of any method with the measures of DAVIS and YouTube-VOS.

    Writes the official tool's two CSV files, and `results.json` with the values of each frame.
    Scores are always computed anew.

    Example: `ovos evaluate masks --dataset davis17 --root DAVIS`
    """
    console = Console(quiet=quiet)
    wanted = dataset_options.names(sequences)
    data = dataset_options.open_dataset(console, dataset, root, split).select(wanted, limit)
    unscored = [s.name for s in data.sequences if not s.has_truth]
    if unscored:
        raise InputError(
            f"{data.name} {data.split} has no ground truth here "
            f"({len(unscored)} of {len(data.sequences)} sequences have first annotations only), "
            "so there is nothing to score; a server scores it"
        )
    check_masks_folder(results)
    check_results_folder(out or results)
    started = time.perf_counter()
    with scoring_pool(jobs) as pool, progress_bar(console, "frames/s") as bar:
        check_masks(data, results)
        total = sum(len(s.compared) for s in data.sequences)
        task = bar.add_task("scoring", total=total)
        scores = score_all(
            list(data.sequences), results, pool=pool, tick=lambda n: bar.advance(task, n)
        )
    seconds = time.perf_counter() - started
    record = results_record(
        data,
        scores,
        method=name or results.resolve().name,
        settings={"masks": _place(results, out)},
    )
    files = write_results(out or results, record, data.label)
    console.print(score_table(record))
    for text in missing_categories(data):
        say(console, escape(text))
    say(console, f"{total} frames scored in {seconds:.1f} s")
    for file in files:
        say(console, escape(str(file)))


def _place(masks: Path, out: Path | None) -> str:
    """The way from the results to the masks; as they were named if the results lie with them."""
    return os.path.relpath(masks.resolve(), out.resolve()) if out else str(masks)
