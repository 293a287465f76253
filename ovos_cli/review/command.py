"""`ovos review`: parse, call, print."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.lines import say
from ovos_cli.output import probe, writing
from ovos_cli.review.commands import resume_command

TABLE, PAGE = "objects.csv", "review.html"


def review(
    shot: Annotated[
        Path,
        typer.Argument(help="An output folder of ovos segment.", show_default=False),
    ],
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, help="Frames to look at on the page, at most.")
    ] = 12,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=f"Folder of {TABLE} and {PAGE}. Default: the shot's."),
    ] = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Say which frames of a shot to look at first, and how to correct them.

    Writes objects.csv, with a calibrated confidence of each object in each frame and what happened
    to it, and review.html: one page with the frames in which a correction would mend most.

    Example: `ovos review bunny_ovos`
    """
    with loading():
        from ovos_cli.review.reading import read_shot
        from ovos_cli.review.review import reviewed
        from ovos_cli.review.table import in_words, write_objects

    console, errors = Console(quiet=quiet), Console(stderr=True)
    target = shot if out is None else out
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is no folder; --out names one for {TABLE} and {PAGE}")
    stored = read_shot(shot)
    found = reviewed(stored, count)
    with writing(target):
        probe(target)
    names = stored.names
    write_objects(target / TABLE, stored.history, names, stored.stems, found.listed, found.events)
    from ovos_cli.review.page import write_page

    gaps = [*stored.gaps, *write_page(target / PAGE, stored, found)]
    for gap in gaps:
        say(errors, f"[yellow]warning:[/] {escape(gap)}")
    for look in found.looks:
        objects = ", ".join(map(names.name, look.objects))
        reasons = "; ".join(in_words(event, names) for event in found.reasons(look)[:2])
        line = f"frame {look.frame:>5}  {objects}{f': {reasons}' if reasons else ''}"
        say(console, escape(line))
    if found.looks and not stored.live:
        say(console, f"correct one with: {escape(resume_command(shot, found.looks[0].frame))}")
    share = len(found.listed) / len(stored.stems)
    say(console, f"{len(found.listed)} of {len(stored.stems)} frames may be bad ({share:.0%})")
    say(console, f"objects  {escape(str(target / TABLE))}")
    say(console, f"page     {escape(str(target / PAGE))}")
