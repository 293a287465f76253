"""J&F after each correction, and what it cost: for people, and as CSV."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from ovos_cli.evaluation.files import write_csv
from ovos_cli.evaluation.tables import scope, three

ROUNDS = "rounds"
"""Folder of the results after 1, 2 … corrections, in that of the run."""
Records = list[dict[str, Any]]
"""Contents of each round's `results.json`, the one without a correction first."""


def rounds_table(records: Records) -> Table:
    """A row for each sequence and a column for each round; then the mean, and what it cost."""
    first = records[0]
    table = Table(
        title=f"J&F of {first['method']} after corrections, {scope(first)}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption="Given in each round: the truth of the frame with the worst object, which counts "
        "as found.",
        caption_justify="left",
    )
    table.add_column("sequence", no_wrap=True)
    for number in range(len(records)):
        table.add_column(str(number), justify="right")
    for name in first["sequences"]:
        table.add_row(name, *(three(score(r, name)) for r in records))
    table.add_section()
    table.add_row("all objects", *(three(score(r)) for r in records), style="bold")
    table.add_row("frames gone through", *(str(passes(r)) for r in records))
    table.add_row("seconds", *(f"{seconds(r):.1f}" for r in records))
    return table


def write_rounds(folder: Path, records: Records, label: str) -> Path:
    """Write a row for each sequence and round, then for each round of all.

    Raises:
        OvosError: it cannot be written.
    """
    path = folder / f"rounds_results-{label}.csv"
    write_csv(path, _rows(records))
    return path


def score(record: dict[str, Any], name: str | None = None) -> float | None:
    """J&F of a sequence, or of all objects; None where there is none."""
    measures = (record if name is None else record["sequences"][name])["measures"]
    value: float | None = (measures or {}).get("J&F-Mean")
    return value


def passes(record: dict[str, Any], name: str | None = None) -> int:
    """Frames that a round went through, forward and backward: of a sequence, or of all."""
    chosen = record["sequences"].values() if name is None else [record["sequences"][name]]
    # Without a correction it is a usual run, which goes through each frame once.
    return sum(each.get("passes", len(each["frames"])) for each in chosen)


def seconds(record: dict[str, Any], name: str | None = None) -> float:
    """Seconds that a round took: of a sequence, or of all."""
    chosen = record["sequences"].values() if name is None else [record["sequences"][name]]
    return sum(each["seconds"] or 0.0 for each in chosen)


def given(record: dict[str, Any], name: str, number: int) -> str:
    """The frame whose truth was given before a round; empty where there was none left."""
    frames = record["sequences"][name].get("corrected", [])
    return frames[number - 1] if 0 < number <= len(frames) else ""


def _rows(records: Records) -> Iterator[list[str]]:
    yield ["Sequence", "Corrections", "Given", "J&F-Mean", "Frames", "Seconds"]
    for name in records[0]["sequences"]:
        for number, record in enumerate(records):
            yield [name, str(number), given(record, name, number), *_cells(record, name)]
    for number, record in enumerate(records):
        yield ["all", str(number), "", *_cells(record)]


def _cells(record: dict[str, Any], name: str | None = None) -> Iterable[str]:
    value = score(record, name)
    yield "" if value is None else f"{value:.3f}"
    yield str(passes(record, name))
    yield f"{seconds(record, name):.1f}"
