"""Lines that a command prints, whatever it does."""

import typer
from rich.console import Console
from rich.markup import escape

_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


def say(console: Console, text: str) -> None:
    """Print one line that is not wrapped, so that paths can be copied; escape what is not ours."""
    console.print(text, highlight=False, soft_wrap=True)


def stopped(text: str) -> typer.Exit:
    """Say after Ctrl-C what is done; the exit to raise, with the status of an interrupt."""
    say(Console(stderr=True), f"interrupted: {escape(text)}")
    return typer.Exit(_INTERRUPTED)
