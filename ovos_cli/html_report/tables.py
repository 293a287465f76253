"""Rows of the page's tables: formatted text, ready to be set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ovos_cli.html_report.charts import baseline_colour
from ovos_cli.html_report.published import PAPER_TIMING, Published
from ovos_cli.html_report.runs import Run, sequence_means

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


def summary(
    run: Run, baselines: Sequence[Run], paper: Sequence[Published]
) -> tuple[tuple[str, ...], list[Row]]:
    """Heads and rows: the subject, baselines, then what the paper publishes."""
    names = tuple(dict.fromkeys(name for r in (run, *baselines) for name in r.measures))
    heads = (*names, "s / frame", "sequences")
    rows = [_measured(run, names, "subject", None)]
    rows += [
        _measured(other, names, "baseline", baseline_colour(index))
        for index, other in enumerate(baselines)
    ]
    for line in paper:
        known = {"J&F-Mean": line.overall, "G": line.overall, "J-Mean": line.j, "F-Mean": line.f}
        cells = (*(number(known.get(n)) for n in names), NONE, str(line.sequences))
        rows.append(Row(line.name, "published", cells))
    return heads, rows


def _measured(run: Run, names: Sequence[str], kind: str, colour: str | None) -> Row:
    cells = (
        *(number(run.measures.get(n)) for n in names),
        number(run.seconds_per_frame),
        str(len(run.sequences)),
    )
    return Row(run.method, kind, cells, colour)


def sequence_rows(run: Run, baselines: Sequence[Run]) -> list[tuple[str, ...]]:
    """Name, frames, objects, J&F, J, F, seconds a frame, J&F of each baseline; in file order."""
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
                number(pace),
                *(number(m[0] if o and (m := sequence_means(o)) else None) for o in others),
            )
        )
    return rows


def timing_rows(timing: Mapping[str, float]) -> list[tuple[str, ...]]:
    """Module, seconds a frame, share; the paper's seconds and share."""
    total, paper_total = sum(timing.values()), sum(PAPER_TIMING.values())
    rows = [
        (
            part,
            number(seconds),
            f"{seconds / total:.0%}" if total else NONE,
            number(PAPER_TIMING.get(part)),
            f"{PAPER_TIMING[part] / paper_total:.0%}" if part in PAPER_TIMING else NONE,
        )
        for part, seconds in timing.items()
    ]
    return [*rows, ("sum", number(total), "", number(paper_total), "")]


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
