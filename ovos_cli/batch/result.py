"""What became of a shot of a list."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rich.markup import escape
from rich.table import Table

from ovos_cli.batch.rows import Row


class State(StrEnum):
    """How far a shot is."""

    DONE = "done"
    BEFORE = "done before"
    FAILED = "failed"
    STOPPED = "interrupted"
    WAITING = "not begun"


@dataclass(frozen=True)
class Result:
    """Of one shot. frames: whose masks are written. seconds: that its run took. confidence: the
    mean of all objects and frames, in [0, 1]. reason: why it failed. warnings: for people.
    """

    row: Row
    state: State
    frames: int = 0
    seconds: float = 0.0
    confidence: float | None = None
    reason: str = ""
    warnings: list[str] = field(default_factory=list)


def from_records(row: Row, state: State, record: dict[str, Any], timing: dict[str, Any]) -> Result:
    """Of a shot whose `run.json` and `timing.json` are there.

    Raises:
        KeyError, TypeError: they are no records of a run.
    """
    sure = [float(each["mean_confidence"]) for each in record["objects"]]
    return Result(
        row,
        state,
        int(record["frames"]["count"]),
        float(timing["wall_seconds"]),
        sum(sure) / len(sure) if sure else None,
        warnings=list(map(str, record["warnings"])),
    )


def results_table(results: Iterable[Result]) -> Table:
    """A line for each shot."""
    table = Table()
    for column, side in (
        ("shot", "left"),
        ("frames", "right"),
        ("seconds", "right"),
        ("confidence", "right"),
        ("state", "left"),
    ):
        table.add_column(column, justify=side)  # type: ignore[arg-type]
    for each in results:
        found = each.frames > 0
        table.add_row(
            escape(each.row.name),
            str(each.frames) if found else "",
            f"{each.seconds:.1f}" if found else "",
            "" if each.confidence is None or not found else f"{each.confidence:.2f}",
            str(each.state) + (", with warnings" if each.warnings else ""),
        )
    return table
