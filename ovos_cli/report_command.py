"""`ovos report`: parse, call, print."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import dataset_options, options
from ovos_cli.benchmarking.rounds_tables import ROUNDS
from ovos_cli.datasets import DatasetName
from ovos_cli.evaluation.files import JSON_NAME
from ovos_cli.html_report.corrections import is_round_of
from ovos_cli.html_report.page import write_report
from ovos_cli.html_report.runs import Run, read_run
from ovos_cli.lines import say
from ovos_cli.output import probe, writing
from ovos_cli.progress import progress_bar


def report(
    results: Annotated[
        Path,
        typer.Argument(
            help="A folder that ovos benchmark or ovos evaluate wrote, or its results.json.",
            show_default=False,
        ),
    ],
    root: dataset_options.Root = None,
    compare: Annotated[
        list[Path] | None,
        typer.Option(
            "--compare",
            "-c",
            metavar="RESULTS",
            help="Results of another method to set beside them; may be repeated. Baselines that "
            "ovos benchmark ran are there anyway.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="A text file of sequence names, if one was scored.", show_default=False),
    ] = None,
    masks: Annotated[
        Path | None,
        typer.Option(
            help="The masks, SEQUENCE/FRAME.png. Default: beside the results.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The HTML file. Default: report.html by the results."),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Replace an earlier page.", rich_help_panel=options.OUTPUT
        ),
    ] = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Make a page to look at from scores and masks: one HTML file that needs nothing else.

    Shows the scores of every sequence beside other methods' and the paper's, J and F over time,
    what corrections brought, the time of each module, the worst frames and a contact sheet of each
    sequence.

    Example: `ovos report davis17-val_lite --root DAVIS`
    """
    console = Console(quiet=quiet)
    run = read_run(results)
    folder = results if results.is_dir() else results.parent
    beside = [*sorted(folder.glob("baselines/*/results.json")), *(compare or ())]
    others = [_comparable(run, read_run(path), path) for path in beside]
    rounds = _rounds(run, folder)
    name = _dataset(run, results)
    part = split or _split(run, name)
    data = dataset_options.open_dataset(console, name, root, part).select(list(run.sequences))
    target = out or folder / "report.html"
    if target.is_dir():
        raise InputError(f"{target} is a folder; --out names the page, report.html for example")
    if target.exists() and not overwrite:
        raise InputError(f"{target} is there already; add --overwrite or choose another --out")
    with writing(target.parent):
        probe(target.parent)
    with progress_bar(console, "sequences/s") as bar:
        task = bar.add_task("drawing", total=len(run.sequences))
        write_report(
            run,
            masks or _masks(folder, run),
            data,
            target,
            others,
            lambda _: bar.advance(task),
            rounds=rounds,
        )
    say(console, f"report   {escape(str(target))}")


def _dataset(run: Run, path: Path) -> DatasetName:
    try:
        return DatasetName(run.dataset)
    except ValueError:
        raise InputError(f"{path} is of an unknown data set, '{run.dataset}'") from None


def _split(run: Run, name: DatasetName) -> str | None:
    """Where the run's sequences are found: its list, if it had one, may be gone by now."""
    if not run.record.get("split_file"):
        return run.split
    return None if name in (DatasetName.YTVOS18, DatasetName.YTVOS19) else "all"


def _rounds(run: Run, folder: Path) -> list[Run]:
    """The run after 1, 2 … corrections, as far as `ovos benchmark --rounds` made them."""
    found: list[Run] = []
    while (place := folder / ROUNDS / str(len(found) + 1) / JSON_NAME).is_file():
        after = read_run(place)
        if not is_round_of(run, after):
            break
        found.append(after)
    return found


def _comparable(run: Run, other: Run, path: Path) -> Run:
    """The same run; other data sets are scored by other rules, on other videos."""
    if other.dataset != run.dataset:
        raise InputError(
            f"{path} was scored on {other.dataset}, the results on {run.dataset}; "
            "compare results of one data set"
        )
    if not set(other.sequences) & set(run.sequences):
        raise InputError(f"{path} has no sequence in common with the results; compare one split")
    return other


def _masks(folder: Path, run: Run) -> Path:
    scored = (run.record.get("settings") or {}).get("masks")
    for place in (folder / "masks", folder, *([folder / scored, Path(scored)] if scored else [])):
        if any((place / name).is_dir() for name in run.sequences):
            return place
    raise InputError(
        f"{folder} holds no masks of the results' sequences; say where they are with --masks"
    )
