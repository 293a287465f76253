"""Said wherever a model runs; apart from `lines`, which does without torch."""

from rich.console import Console
from rich.markup import escape

from models.hub.load import LoadedModel
from ovos_cli.lines import say


def untrained_warning(loaded: LoadedModel) -> str:
    """That a model without weights makes masks without meaning; empty of a trained one."""
    if loaded.trained:
        return ""
    return (
        f"'{loaded.network.config.name}' is untrained, its weights are random: THE MASKS MEAN "
        "NOTHING. Only times and shapes do"
    )


def warn_untrained(console: Console, loaded: LoadedModel) -> None:
    """Say it loudly."""
    if text := untrained_warning(loaded):
        say(console, f"[bold yellow]warning: {escape(text)}[/]")
