"""The Typer application and the mapping of errors to exit statuses."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from models.errors import OvosError
from ovos_cli import __version__
from ovos_cli.failures import message_of
from ovos_cli.lines import say
from ovos_cli.process_settings import set_up_process
from ovos_cli.standard_streams import lenient_streams

_COMMANDS = {
    "mask": "ovos_cli.mask.command",
    "edit": "ovos_cli.edit.command",
    "segment": "ovos_cli.segment",
    "batch": "ovos_cli.batch.command",
    "resume": "ovos_cli.resume",
    "review": "ovos_cli.review.command",
    "export": "ovos_cli.export",
    "benchmark": "ovos_cli.benchmark",
    "evaluate": "ovos_cli.evaluate",
    "report": "ovos_cli.report_command",
    "propose": "ovos_cli.propose.command",
    "train": "ovos_cli.training.command",
}
"""Each command and the module of the function that has its name."""

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """Imports a command's module when it is asked for.

    Scoring masks does without torch, in this process and in those that share the work and import
    this module again.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # The names alone: what is misspelt is compared with them.
        self.commands = dict.fromkeys(_COMMANDS)  # type: ignore[assignment]

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        alone = typer.Typer(
            rich_markup_mode="markdown",
            add_completion=False,
            context_settings=_SETTINGS,
        )
        module = import_module(_COMMANDS[cmd_name])
        kind = getattr(module, "COMMAND", None)
        alone.command(cmd_name, cls=kind)(getattr(module, cmd_name))
        return typer.main.get_command(alone)


app = typer.Typer(
    name="ovos",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)


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
    set_up_process()
    with lenient_streams():
        _run()


def _run() -> None:
    debug = "--debug" in sys.argv
    try:
        app()
    except Exception as error:
        if debug:
            raise
        fail(message_of(error))
        sys.exit(error.exit_code if isinstance(error, OvosError) else 1)


def fail(message: str) -> None:
    """Print an error for people."""
    say(Console(stderr=True), f"[bold red]error:[/] {escape(message)}")
