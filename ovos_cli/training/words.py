"""What a training session shows: its bar, and the data in words."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from models.training.data.preflight import Survey

_PACE_OVER = 3600
"""Seconds that the time left is estimated from; a step may take more than rich's 30."""


def bar(console: Console, *, transient: bool = False) -> Progress:
    """A progress bar with a loss beside it; a transient one is gone afterwards."""
    # In a narrow terminal the losses give way, not the time left.
    shrinking = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[loss]}", table_column=shrinking),
        console=console,
        transient=transient,
        expand=True,
        speed_estimate_period=_PACE_OVER,
    )


def described(found: Survey) -> str:
    """One data set in a line."""
    what = f"{found.videos} videos, {found.images} frames" if found.videos else f"{found.images}"
    unit = "" if found.videos else " images"
    empty = f", {counted(found.hollow)} without an object" if found.hollow else ""
    void = "with more ignored (255) than objects"
    ignored = f", {counted(found.ignored)} {void}" if found.ignored else ""
    broken = f", {len(found.broken)} broken" if found.broken else ""
    no_mask, no_image = found.alone
    alone = f", {no_mask} more without a mask" if no_mask else ""
    alone += f", {no_image} masks without an image" if no_image else ""
    return f"{found.name}: {what}{unit}{empty}{ignored}{broken}{alone}"


def counted(names: list[str]) -> str:
    """How many, and the first of them by name."""
    more = ", …" if len(names) > 3 else ""
    return f"{len(names)} of them ({', '.join(names[:3])}{more})"
