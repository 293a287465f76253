"""Said wherever a model runs; apart from `lines`, which does without torch."""

from rich.console import Console

from models.hub.load import LoadedModel
from ovos_cli.lines import say


def warn_untrained(console: Console, loaded: LoadedModel) -> None:
    """Say loudly that a model without weights makes masks without meaning."""
    if not loaded.trained:
        say(
            console,
            f"[bold yellow]warning: '{loaded.network.config.name}' is untrained, its weights are "
            "random: THE MASKS MEAN NOTHING. Only times and shapes do[/]",
        )
