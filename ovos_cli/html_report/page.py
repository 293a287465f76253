"""Puts the report together and writes it: one file, complete or absent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from models.errors import OvosError
from models.utils.whole_file import write_whole
from ovos_cli.benchmarking.published import published_scores
from ovos_cli.datasets import Dataset
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.html_report import charts, pictures, tables
from ovos_cli.html_report.corrections import corrections
from ovos_cli.html_report.gallery import Gallery
from ovos_cli.html_report.runs import Run, means, sequence_means

_PAPER = "DMN-AOA R50 (paper)"
"""Whose mean the bars are held against."""
_TITLES = {
    "davis16": "DAVIS 2016",
    "davis17": "DAVIS 2017",
    "ytvos18": "YouTube-VOS 2018",
    "ytvos19": "YouTube-VOS 2019",
}


def write_report(
    run: Run,
    masks: Path,
    dataset: Dataset,
    target: Path,
    baselines: Sequence[Run] = (),
    tick: Callable[[str], None] = lambda _: None,
    *,
    rounds: Sequence[Run] = (),
) -> None:
    """Write the report of a run.

    Args:
        run: the subject.
        masks: its masks, SEQUENCE/FRAME.png.
        dataset: what it was run on, with at least its sequences.
        target: the HTML file.
        baselines: other runs on the same split.
        tick: called with the name of each sequence that is done.
        rounds: the run after 1, 2 … corrections.

    Raises:
        OvosError: the packages of the `benchmark` extra are missing.
    """
    try:
        import jinja2
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise OvosError(
            f"the report needs {error.name}: pip install 'ovos-cli[benchmark]'"
        ) from error
    files = resources.files(__package__)
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(files.joinpath("template.html.j2").read_text("utf-8"))
    style = files.joinpath("style.css").read_text("utf-8")
    context = _context(run, Gallery(run, masks, dataset), baselines, tick)
    context["corrections"] = corrections(run, rounds) if rounds else None
    page = template.render(style=style, **context)
    write_whole(target, page.encode())


def _context(
    run: Run, gallery: Gallery, baselines: Sequence[Run], tick: Callable[[str], None]
) -> dict[str, Any]:
    published = published_scores(run.dataset, run.split, run.measures)
    sequences = []
    for sequence in run.sequences.values():
        sequences.append(_sequence(sequence, gallery, baselines))
        tick(sequence.name)
    heads, rows = tables.summary(run, baselines)
    sequence_heads, sequence_rows = tables.sequence_table(run, baselines)
    paper = published.get(_PAPER, {}).get("J&F-Mean")  # the bars' measure; not G
    return {
        "title": _TITLES.get(run.dataset, run.dataset),
        "run": run,
        "created": _date(run.record.get("created")),
        "facts": _facts(run),
        "counts": _counts(run),
        "heads": heads,
        "rows": rows,
        "published": bool(published),
        "explained": [text for b in baselines if (text := _explained(b))],
        "uneven": [b.method for b in baselines if set(b.sequences) != set(run.sequences)],
        "paper": _PAPER if paper else None,
        "ranked": charts.ranked_note(run),
        "baselines": _legend(baselines),
        "bars": charts.sequence_bars(run, baselines, paper) if run.scored else None,
        "sequence_heads": sequence_heads,
        "sequence_rows": sequence_rows,
        "timing": _timing(run) if run.timing else None,
        "worst": gallery.worst(),
        "truth": _css(pictures.TRUTH),
        "prediction": _css(pictures.PREDICTION),
        "sequences": sequences,
        "anchors": {name: f"sequence-{n}" for n, name in enumerate(run.sequences, 1)},
        "settings": list(tables.flattened(_provenance(run.record))),
    }


def _sequence(
    sequence: SequenceScores, gallery: Gallery, baselines: Sequence[Run]
) -> dict[str, Any]:
    others = [b.sequences.get(sequence.name) for b in baselines]
    total = sequence_means(sequence)
    return {
        "name": sequence.name,
        "mean": tables.number(total[0]) if total else "",
        "frames": len(sequence.frames),
        "plots": [charts.over_time(sequence, others, m) for m in "JF"] if total else [],
        "objects": [
            {
                "id": ident,
                "colour": charts.object_colour(index),
                "cells": [tables.number(v) for v in means(o) or (None,) * 3],
                "frames": len(o.frames),
            }
            for index, (ident, o) in enumerate(sequence.objects.items())
        ],
        "sheet": gallery.contact_sheet(sequence),
    }


def _facts(run: Run) -> list[tuple[str, str]]:
    """The few numbers at the head of the page."""
    facts = [(name, tables.number(value)) for name, value in run.measures.items()]
    facts = [(n.removesuffix("-Mean"), v) for n, v in facts if n.endswith("-Mean") or n == "G"]
    if run.seconds_per_frame is not None:
        facts.append(("s / frame", tables.number(run.seconds_per_frame)))
    return facts


def _counts(run: Run) -> str:
    objects = sum(len(s.objects) for s in run.sequences.values())
    frames = sum(len(s.frames) for s in run.sequences.values())
    counts = {"sequence": len(run.sequences), "object": objects, "frame": frames}
    said = ", ".join(f"{n:,} {name}{'s' * (n != 1)}" for name, n in counts.items() if n)
    whole = run.record.get("subset_of")
    return f"{said}: a part of the split, which has {whole:,} sequences" if whole else said


def _timing(run: Run) -> dict[str, Any]:
    rows = [("here", {name: t.mean for name, t in run.timing.items()})]
    if all(t.paper is not None for t in run.timing.values()):
        rows.append(("paper", {name: t.paper or 0.0 for name, t in run.timing.items()}))
    record = run.record["timing"]
    said = {"device": "on", "precision": "in", "size": "at a short side of"}
    where = [f"{word} {record[key]}" for key, word in said.items() if key in record]
    seen = f"{record['objects']:.1f} objects a frame, {', '.join(record['resolutions'][:3])}"
    by = ", ".join(record.get("processors", ()))
    return {
        "plot": charts.timing_split(rows),
        "heads": tables.TIMING_HEADS,
        "rows": tables.timing_rows(run.timing),
        "measured": "; ".join(
            filter(None, (f"{record['frames']:,} frames {' '.join(where)}".strip(), seen, by))
        ),
        "paper": len(rows) > 1,
        "colours": [charts.module_colour(index) for index in range(len(run.timing))],
    }


def _legend(baselines: Sequence[Run]) -> list[dict[str, str]]:
    return [
        {"name": run.method, "colour": charts.baseline_colour(index)}
        for index, run in enumerate(baselines)
    ]


def _explained(run: Run) -> str:
    """What a baseline says of itself in its settings; empty for other methods."""
    settings = run.record["settings"] or {}
    if "baseline" not in settings:
        return ""
    said = [settings["baseline"], f"OpenCV {settings.get('opencv', '')}".strip()]
    return f"{run.method}: {', '.join([*said, *filter(None, [settings.get('note')])])}"


def _provenance(record: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in record.items() if k not in {"sequences", "measures", "timing"}}
    if "several" in record.get("machine", {}):
        there = [s.get("machine") for s in record["sequences"].values()]
        distinct = [m for i, m in enumerate(there) if m and m not in there[:i]]
        kept["machine"] = {str(number): m for number, m in enumerate(distinct, 1)}
    return kept


def _date(text: str | None) -> str:
    try:
        return f"{datetime.fromisoformat(text or ''):%d %B %Y, %H:%M}"
    except ValueError:
        return text or ""


def _css(colour: pictures.Colour) -> str:
    return "rgb({}, {}, {})".format(*colour)
