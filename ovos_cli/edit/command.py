"""`ovos edit`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.lines import say
from ovos_cli.option_groups import ModelOptions, SourceOptions, grouped

_PAGE = "Page"
_BACK = 5.0
"""Seconds within which a page that is open finds a server that is there again."""


@grouped
def edit(
    *,
    place: Annotated[
        str,
        typer.Argument(
            metavar="VIDEO",
            help="A video file, a folder of images, or the output folder of `ovos segment`.",
            show_default=False,
        ),
    ],
    frame: Annotated[
        int | None,
        typer.Option(
            min=0, help="The frame to begin with. Default: the first.", show_default=False
        ),
    ] = None,
    start: options.Start = 0,
    end: options.End = None,
    stream: options.Stream = None,
    fps: options.FrameRate = 24.0,
    out: options.Out = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="Where it is served; 0 is any free one.", rich_help_panel=_PAGE
        ),
    ] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Who reaches it: 127.0.0.1 is this machine alone.", rich_help_panel=_PAGE
        ),
    ] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option(help="Open it in the browser.", rich_help_panel=_PAGE)
    ] = True,
    model: ModelOptions,
    debug: options.Debug = False,
) -> None:
    """Click objects, follow them, look through and correct, on a page in the browser.

    All that is done is kept at once in NAME_ovos, the same folder that `ovos segment` writes: close
    the page, stop it with Ctrl-C, and go on later with the same command. `ovos resume` writes what
    is left, and `ovos export` takes the masks elsewhere.

    Example: `ovos edit sample_videos/bunny.mp4`
    """
    with loading():
        try:
            from ovos_cli.edit.app import editor
            from ovos_cli.edit.server import Address, open_browser, serve
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
                raise
            raise InputError(
                'the page needs two libraries more: pip install "ovos-cli[edit]"'
            ) from error
        from ovos_cli.edit.left_address import LeftAddress
        from ovos_cli.edit.opening import open_session

    errors, console = Console(stderr=True), Console()
    source = SourceOptions(video=place, mask=[], start=start, end=end, stream=stream, fps=fps)
    address = Address(host, port)
    if address.warning is not None:
        say(errors, f"[yellow]warning:[/] {escape(address.warning)}")
    session = open_session(source, out, model, frame, debug=debug)
    left = None if session.writer is None else LeftAddress(Path(session.folder))
    try:
        if left is not None:
            address = left.instead_of(address, port)
            left.keep(address)
        for warning in session.warnings():
            say(errors, f"[yellow]warning:[/] {escape(warning)}")
        if (why := session.windows.read_only("")) is not None:
            say(errors, f"[yellow]warning:[/] {escape(why)}")
        session.begin()
        say(console, f"the page  {escape(address.url)}")
        say(console, f"the shot  {escape(session.folder)}")
        say(console, "Ctrl-C ends it; all that was done is kept")
        if browser:
            open_browser(
                address.url,
                lambda: say(console, "no browser opens: open the page yourself"),
                lambda: not (address.known and session.windows.any_opens(_BACK)),
            )
        serve(editor(session, debug=debug), session, address, debug=debug)
    finally:
        if left is not None:
            left.forget()
        session.close()
    folder = shlex.quote(session.folder)
    say(console, f"go on with: ovos edit {escape(folder)}")
    if session.unfinished:
        say(console, f"what is not followed yet, and the overlay: ovos resume {escape(folder)}")
