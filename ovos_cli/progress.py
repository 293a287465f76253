"""The progress bar of commands that go through frames; training has its own."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class SpeedColumn(ProgressColumn):
    """Units done for each second since the start."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Show the speed, or nothing before anything is done."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.2f} {self._unit}" if speed else "")


def progress_bar(console: Console, unit: str) -> Progress:
    """Description, bar, count, percentage, speed in `unit`, time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        SpeedColumn(unit),
        TimeRemainingColumn(),
        console=console,
    )
