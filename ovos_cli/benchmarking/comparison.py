"""Methods side by side, with what others published."""

from typing import Any

from rich import box
from rich.table import Table

from ovos_cli.benchmarking.published import BY_CATEGORY, SECONDS, published_scores
from ovos_cli.evaluation.tables import scope, three

_PERSPECTIVE = "Baselines are OpenCV's, unoptimised, for perspective."


def comparison_table(records: list[dict[str, Any]]) -> Table:
    """One row for each run on the same frames, then the published figures of the data set.

    Args:
        records: contents of `results.json`, scored on the same sequences.
    """
    first = records[0]
    table = Table(
        title=scope(first),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption=_PERSPECTIVE,
        caption_justify="left",
    )
    by_category = [m for m in (*BY_CATEGORY, "G") if m in first["measures"]]
    heads = [m.replace("-", "\n") for m in by_category]
    for name in ("method", "J", "F", "J&F", *heads, "s/frame"):
        table.add_column(name, justify="left" if name == "method" else "right")
    columns = ("J-Mean", "F-Mean", "J&F-Mean", *by_category)
    for record in records:
        measures, timing = record["measures"], record["timing"]
        label = record["settings"].get("baseline")
        table.add_row(
            f"baseline: {label}" if label else f"ovos {record['method']}",
            *(three(measures[k]) for k in columns),
            three(timing["modules"]["total"]["mean"] if timing else None),
        )
    published = published_scores(first["dataset"], first["split"], columns)
    if published:
        table.add_section()
        for name, values in published.items():
            figures = (three(values.get(c)) for c in columns)
            seconds = SECONDS.get(name) if first["dataset"] == "davis17" else None
            table.add_row(name, *figures, three(seconds), style="dim")
        table.caption = (
            f"{_PERSPECTIVE} Below the line: as published, on the whole validation split."
        )
    return table
