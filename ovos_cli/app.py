"""The Typer application and the mapping of errors to exit statuses."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import OvosError
from ovos_cli import __version__
from ovos_cli.benchmark import benchmark
from ovos_cli.evaluate import evaluate
from ovos_cli.propose.command import propose
from ovos_cli.report import say
from ovos_cli.report_command import report
from ovos_cli.segment import segment
from ovos_cli.training.command import train

app = typer.Typer(
    name="ovos",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(segment)
app.command()(benchmark)
app.command()(evaluate)
app.command()(report)
app.command()(propose)
app.command()(train)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ovos {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Follow objects through a video, from a mask of the first frame to a mask of every frame."""


def main() -> None:
    """Run the command; deliberate errors become one message and an exit status."""
    debug = "--debug" in sys.argv
    try:
        app()
    except OvosError as error:
        if debug:
            raise
        fail(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if debug:
            raise
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        fail(f"{_explained(error)} (add --debug to see where)")
        sys.exit(1)


def fail(message: str) -> None:
    """Print an error for people."""
    say(Console(stderr=True), f"[bold red]error:[/] {escape(message)}")


def _explained(error: BaseException) -> str:
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "out of memory; try a smaller --size, a smaller --memory-max, or --device cpu"
    lines = str(error).splitlines() or [type(error).__name__]
    kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
    return f"failed while running: {kind}{lines[0]}"
