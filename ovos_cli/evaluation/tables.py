"""Scores for people, on the terminal."""

from typing import Any

from rich import box
from rich.table import Table

from ovos_cli.evaluation.results import MEASURES


def score_table(record: dict[str, Any]) -> Table:
    """Every sequence with its objects, then the averages over all objects."""
    columns = MEASURES[1:]
    title = f"{record['method']} on {scope(record)}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("sequence", no_wrap=True)
    table.add_column("object", justify="right")
    for name in ("J&F-Mean", *columns):
        table.add_column(name.replace("-", "\n"), justify="right")
    for name, sequence in record["sequences"].items():
        several, means = len(sequence["objects"]) > 1, sequence["measures"] or {}
        if several:
            table.add_row(name, "mean", *(three(means.get(m)) for m in MEASURES))
        for ident, scores in sequence["objects"].items():
            j, f = scores["J-Mean"], scores["F-Mean"]
            both = None if j is None else (j + f) / 2
            values = [three(both), *(three(scores[c]) for c in columns)]
            table.add_row("" if several else name, ident, *values)
    table.add_section()
    measures = record["measures"] or {}
    table.add_row("all objects", "", *(three(measures.get(m)) for m in MEASURES), style="bold")
    rest = {k: v for k, v in measures.items() if k not in MEASURES}
    if rest:
        table.caption = "   ".join(f"{k} {three(v)}" for k, v in rest.items())
    return table


def scope(record: dict[str, Any]) -> str:
    """Which data set and split a record is of, and that it is not all of it where it is not."""
    whole, count = record.get("subset_of"), len(record["sequences"])
    part = f", {count} of {whole} sequences" if whole else ""
    return f"{record['dataset']} {record['split']}{part}"


def three(value: float | None) -> str:
    """Three decimals, or a dash."""
    return "-" if value is None else f"{value:.3f}"
