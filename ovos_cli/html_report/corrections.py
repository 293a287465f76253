"""What corrections brought and cost, for the page."""

from collections.abc import Sequence
from typing import Any

from ovos_cli.benchmarking.rounds_tables import given, passes, score, seconds
from ovos_cli.html_report import charts
from ovos_cli.html_report.runs import Run
from ovos_cli.html_report.tables import number

_OWN = ("corrections", "shots")
"""Settings of a round that the run without a correction has not."""


def is_round_of(run: Run, other: Run) -> bool:
    """Whether another run is this one with corrections: of the same weights and settings."""
    settings = other.record["settings"] or {}
    same = {key: value for key, value in settings.items() if key not in _OWN}
    return (
        "corrections" in settings
        and same == run.record["settings"]
        and other.record["model"] == run.record["model"]
        and [*other.sequences] == [*run.sequences]
    )


def corrections(run: Run, rounds: Sequence[Run]) -> dict[str, Any]:
    """Plot, heads, rows for each sequence, and rows of sums.

    Args:
        rounds: the same run after 1, 2 … corrections.
    """
    records = [run.record, *(each.record for each in rounds)]
    curves = {name: [score(r, name) for r in records] for name in run.sequences}
    mean = [score(r) for r in records]
    return {
        "plot": charts.score_by_round(curves, mean),
        "heads": ["sequence", *map(str, range(len(records))), "given frames"],
        "rows": [
            (name, *map(number, curve), _given(records, name)) for name, curve in curves.items()
        ],
        "sums": [
            ("all objects", *map(number, mean), ""),
            ("frames gone through", *(f"{passes(r):,}" for r in records), ""),
            ("seconds", *(f"{seconds(r):,.1f}" for r in records), ""),
        ],
    }


def _given(records: Sequence[dict[str, Any]], name: str) -> str:
    frames = (given(record, name, n) for n, record in enumerate(records))
    return ", ".join(filter(None, frames))
