"""Rows of the page's tables: formatted text, ready to be set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ovos_cli.benchmarking.published import BY_CATEGORY, published_scores
from ovos_cli.html_report.charts import baseline_colour
from ovos_cli.html_report.runs import ModuleTime, Run, sequence_means

_MEANS = ("J&F-Mean", "J-Mean", "F-Mean")
NONE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the summary. kind: subject, baseline or published. colour: of its marks."""

    name: str
    kind: str
    cells: tuple[str, ...]
    colour: str | None = None


def number(value: float | None, digits: int = 3) -> str:
    """Fixed digits; a dash where there is no number."""
    return NONE if value is None else f"{value:.{digits}f}"


def summary(run: Run, baselines: Sequence[Run]) -> tuple[tuple[str, ...], list[Row]]:
    """Heads and rows: the subject, baselines, then what is published of others."""
    runs = (run, *baselines)
    names = tuple(dict.fromkeys(name for r in runs for name in r.measures))
    if "G" in names:  # recall and decay would push it off the page
        names = tuple(n for n in ("G", *BY_CATEGORY, *_MEANS) if n in names)
    pace = ("s / frame",) if any(r.seconds_per_frame is not None for r in runs) else ()
    rows = []
    for index, one in enumerate(runs):
        values = [number(one.measures.get(n)) for n in names]
        values += [number(one.seconds_per_frame)] * len(pace)
        kind, colour = ("baseline", baseline_colour(index - 1)) if index else ("subject", None)
        rows.append(Row(one.method, kind, (*values, str(len(one.sequences))), colour))
    for name, known in published_scores(run.dataset, run.split, run.measures).items():
        cells = (*(number(known.get(n)) for n in names), *(NONE for _ in pace), "all")
        rows.append(Row(name, "published", cells))
    return (*names, *pace, "sequences"), rows


def sequence_table(
    run: Run, baselines: Sequence[Run]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows, a row for each sequence in the file's order."""
    timed = run.seconds_per_frame is not None
    heads = ["sequence", "frames", "objects", "J&F", "J", "F", *["s / frame"] * timed]
    heads += [f"J&F {b.method}" for b in baselines]
    rows = []
    for s in run.sequences.values():
        others = [b.sequences.get(s.name) for b in baselines]
        pace = s.seconds / len(s.frames) if s.seconds is not None else None
        rows.append(
            (
                s.name,
                str(len(s.frames)),
                str(len(s.objects) or NONE),
                *map(number, sequence_means(s) or (None,) * 3),
                *[number(pace)] * timed,
                *(number(m[0] if o and (m := sequence_means(o)) else None) for o in others),
            )
        )
    return tuple(heads), rows


TIMING_HEADS = ("module", "mean", "median", "p95", "share", "paper", "share")


def timing_rows(timing: Mapping[str, ModuleTime]) -> list[tuple[str, ...]]:
    """Seconds a frame and share of each module, then the sum; the paper's beside them."""
    total = sum(t.mean for t in timing.values())
    paper = sum(t.paper or 0.0 for t in timing.values())
    rows = [
        (
            name,
            *map(number, (t.mean, t.median, t.p95)),
            f"{t.mean / total:.0%}" if total else NONE,
            number(t.paper),
            NONE if t.paper is None else f"{t.paper / paper:.0%}",
        )
        for name, t in timing.items()
    ]
    return [*rows, ("sum", number(total), "", "", "", number(paper or None), "")]


def flattened(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as dotted names and text."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flattened(value, f"{name}.")
        elif isinstance(value, list):
            yield name, " ".join(map(str, value)) or NONE
        else:
            yield name, NONE if value is None else str(value)
