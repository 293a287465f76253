"""`ovos export`: masks that are there, for other programs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.lines import say, stopped
from ovos_cli.option_groups import ExportOptions, grouped
from ovos_cli.progress import progress_bar
from ovos_cli.sinks import OUTPUTS

_Shot = Annotated[
    Path,
    typer.Argument(metavar="SHOT", help="The output folder of `ovos segment`.", show_default=False),
]
_To = Annotated[
    list[str],
    typer.Option(
        metavar="FORMAT", help="One of the formats above; may be repeated.", show_default=False
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="A folder. Default: SHOT/export.", show_default=False),
]
_Video = Annotated[
    str | None,
    typer.Option(
        help="Where the video is now, if it is not where it was; only formats that hold pictures "
        "read it.",
        show_default=False,
    ),
]
_Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace what an earlier export wrote.")
]


def _table() -> str:
    rows = "\n".join(f"| {name} | {o.programs} | {o.holds} |" for name, o in OUTPUTS.items())
    return f"| format | for | what it holds |\n|---|---|---|\n{rows}"


@grouped
def export(
    shot: _Shot,
    to: _To,
    export: ExportOptions,
    out: _Out = None,
    video: _Video = None,
    overwrite: _Overwrite = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Write the masks of a shot in the formats of editors and annotation tools.

    Nothing is computed again; frames are read again only for formats that hold pictures. A shot
    that is not complete is exported as far as it is.

    Example: `ovos export bunny_ovos --to rgba --to prores --names 1=bunny --first-number 1001`
    """
    with loading():
        from ovos_cli.export_run import open_export

    console, errors = Console(quiet=quiet), Console(stderr=True)
    run = open_export(shot, to, export, out=out, video=video, overwrite=overwrite)
    for doubt in run.doubts:
        say(errors, f"[yellow]warning:[/] {escape(doubt)}")
    try:
        with progress_bar(console, "frames/s") as bar:
            name = escape(shot.name)
            task = bar.add_task(name, total=run.frames)
            places = run.follow(
                lambda: bar.advance(task), lambda: bar.update(task, description="finishing")
            )
            bar.update(task, description=name)
    except KeyboardInterrupt:
        raise stopped("nothing was exported") from None
    for warning in run.warnings:
        say(errors, f"[yellow]warning:[/] {escape(warning)}")
    for place in places:
        say(console, escape(f"{place}{'/' if place.is_dir() else ''}"))
    for failure in run.failures[1:]:
        say(errors, f"[bold red]error:[/] {escape(str(failure))}")
    if run.failures:
        raise run.failures[0]


export.__doc__ = f"{export.__doc__}\n\n{_table()}\n"
