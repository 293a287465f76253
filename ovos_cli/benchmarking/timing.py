"""Seconds of each module (the paper's Table 4): mean, median and 95th percentile."""

from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from ovos_cli.benchmarking.published import TABLE_4
from ovos_cli.evaluation.results import SequenceScores

_TOTAL = "total"


def timing_summary(
    sequences: list[SequenceScores], settings: dict[str, Any]
) -> dict[str, Any] | None:
    """Statistics over all frames but each sequence's first, which only starts the memory.

    Args:
        sequences: with `times` as the runner leaves them.
        settings: the method's, for device, precision and size.

    Returns:
        `modules`: for each part and the total mean, median and p95 in seconds per frame, and
        the paper's figure; `frames`; `objects` per frame on average; `processors`;
        `resolutions`; device, precision and size inside the model. None without any time.
    """
    frames: list[dict[str, float]] = []
    objects: list[float] = []
    for sequence in sequences:
        times: dict[str, list[float]] = sequence.extra.get("times", {})
        count = max((len(v) for v in times.values()), default=0)
        frames += [{p: v[i] for p, v in times.items()} for i in range(1, count)]
        objects += [sequence.extra.get("followed", len(sequence.objects))] * max(count - 1, 0)
    if not frames:
        return None
    parts = list(dict.fromkeys(p for frame in frames for p in frame))
    columns = {p: [frame.get(p, 0.0) for frame in frames] for p in parts}
    if set(parts) != {_TOTAL}:
        columns[_TOTAL] = [sum(frame.values()) for frame in frames]
    return {
        "modules": {
            part: {
                "mean": float(np.mean(values)),
                "median": float(np.median(values)),
                "p95": float(np.percentile(values, 95)),
                "paper": TABLE_4.get(part),
            }
            for part, values in columns.items()
        },
        "frames": len(frames),
        "objects": float(np.mean(objects)),
        "processors": _processors(sequences, settings.get("device")),
        "resolutions": sorted({f"{s.size[1]}x{s.size[0]}" for s in sequences}),
        **{key: settings[key] for key in ("device", "precision", "size") if key in settings},
    }


def _processors(sequences: list[SequenceScores], device: str | None) -> list[str]:
    """Processors, or GPUs, that ran the sequences; several where a run went on elsewhere."""
    there = [s.extra.get("machine") or {} for s in sequences]
    return sorted({m.get("gpu" if device == "cuda" else "processor") or "unknown" for m in there})


def paper_timing_table(summary: dict[str, Any]) -> Table:
    """Table 4 beside ours."""
    table = Table(title="Seconds per frame", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("module", "mean", "median", "p95", "paper (R50)"):
        table.add_column(name, justify="left" if name == "module" else "right")
    for part, values in summary["modules"].items():
        if part == _TOTAL:
            table.add_section()
        paper = values["paper"]
        table.add_row(
            part,
            *(f"{values[k]:.4f}" for k in ("mean", "median", "p95")),
            "" if paper is None else f"{paper:.3f}",
        )
    where = ", ".join(summary["processors"])
    named = [
        f"{summary['frames']} frames",
        f"{summary['objects']:.1f} objects a frame",
        f"{', '.join(summary['resolutions'][:3])}, {summary.get('size', 'full')} inside",
        f"{summary.get('device', 'cpu')} ({where}), {summary.get('precision', 'no network')}",
    ]
    table.caption = "; ".join(named)
    table.caption_justify = "left"
    return table
