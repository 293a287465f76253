"""`ovos batch`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from ovos_cli import options
from ovos_cli.batch.list_file import read_list_file
from ovos_cli.collecting import loading
from ovos_cli.lines import say, stopped
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, grouped
from ovos_cli.progress import progress_bar

if TYPE_CHECKING:
    from ovos_cli.batch.result import Result
    from ovos_cli.batch.rows import Row

_FAILED = 1

ListFile = Annotated[
    Path,
    typer.Argument(
        metavar="LIST",
        help="A CSV file whose first line names columns (video,mask,out,start,…), or a TOML file "
        "with a table [[shot]] for each shot. Paths are relative to its folder.",
        show_default=False,
    ),
]


@grouped
def batch(
    *,
    list_file: ListFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder of the outputs. Default: the list's.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Begin every shot anew, those that are done too.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    write: options.Write = None,
    mattes: options.Mattes = False,
    overlay: options.Overlay = True,
    quiet: options.Quiet = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Spread the shots over a running Ray cluster: HOST:PORT of its head node, "
            "ray://HOST:PORT, or auto. Its machines need ovos-cli; videos and masks travel there.",
            show_default=False,
        ),
    ] = None,
    model: ModelOptions,
    memory: MemoryOptions,
    debug: options.Debug = False,
) -> None:
    """Segment the shots of a list, each as `ovos segment` would.

    A shot that fails does not end the others. Given again, the same command passes over what is
    done, and goes on with what is not. Options here count for shots that say nothing else.

    Example: `ovos batch shots.csv`, where shots.csv is `video,mask,out` and a line for each shot
    """
    entries = read_list_file(list_file)
    with loading():
        from ovos_cli.batch.elsewhere import executor_for
        from ovos_cli.batch.result import State, results_table
        from ovos_cli.batch.rows import rows_of
        from ovos_cli.batch.run import Models, results_of
        from ovos_cli.untrained_warning import warn_untrained

    output = OutputOptions(out=out, write=write, mattes=mattes, overlay=overlay)
    rows = rows_of(list_file, entries, (output, model, memory))
    errors, console, models = Console(stderr=True), Console(quiet=quiet), Models()
    # What is wrong with the model is wrong with all shots.
    warn_untrained(errors, models(rows[0].model, rows[0].memory))
    results: dict[str, Result] = {}
    with executor_for(cluster, rows, models) as executor, progress_bar(console, "frames/s") as bar:
        watch = _Shown(bar, len(rows))
        for result in results_of(rows, models, executor, watch, overwrite=overwrite):
            results[result.row.where] = result
            watch.end(result)
            for warning in result.warnings if result.state is not State.BEFORE else ():
                say(errors, f"[yellow]warning:[/] {escape(f'{result.row.name}: {warning}')}")
    whole = [results.get(row.where) or _not_begun(row) for row in rows]
    console.print(results_table(whole))
    failed = [each for each in whole if each.state is State.FAILED]
    for each in failed:
        place = f"{list_file}, {each.row.where} ({each.row.name})"
        say(errors, f"[bold red]error:[/] {escape(f'{place}: {each.reason}')}")
    done = sum(each.state in (State.DONE, State.BEFORE) for each in whole)
    if any(each.state in (State.STOPPED, State.WAITING) for each in whole):
        raise stopped(f"{done} of {len(whole)} shots are done; the same command goes on from there")
    if failed:
        say(
            console,
            f"{len(failed)} of {len(whole)} shots failed; the same command tries them again",
        )
        raise typer.Exit(_FAILED)


def _not_begun(row: "Row") -> "Result":
    from ovos_cli.batch.result import Result, State

    return Result(row, State.WAITING)


class _Shown:
    """Shows how far a batch is."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar, self._total, self._over = bar, total, 0
        self._task = bar.add_task("", total=None, visible=False)

    def begin(self, row: "Row", frames: int | None) -> None:
        """See `Watch`."""
        text = f"{self._over + 1}/{self._total} {escape(row.name)}"
        self._bar.reset(self._task, total=frames, description=text, visible=True)

    def tick(self) -> None:
        """See `Watch`."""
        self._bar.advance(self._task)

    def end(self, result: "Result") -> None:
        """Say what became of a shot, above the bar."""
        self._over += 1
        self._bar.update(self._task, visible=False)
        found = f", {result.frames} frames" if result.frames else ""
        text = f"{self._over}/{self._total} {escape(result.row.name)}: {result.state}{found}"
        say(self._bar.console, text)
