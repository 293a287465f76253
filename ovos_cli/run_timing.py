"""Where the time of `ovos segment` went: timing.json and its table."""

import sys
from typing import Any

import torch
from rich.table import Table

from models.utils.clock import Clock

PARTS = ("decode", "BFE", "OPG", "OTG", "AM", "MRN", "write")
_MEANING = {
    "decode": "reading frames (own thread)",
    "BFE": "base feature extractor",
    "OPG": "object proposal generator",
    "OTG": "object template generator (memory)",
    "AM": "aligned matcher",
    "MRN": "mask refinement network",
    "write": "masks and overlay (own threads)",
}


def run_timing(
    clock: Clock, device: torch.device, frames: int, wall: float, objects: int
) -> dict[str, Any]:
    """Seconds per frame of each part, of the whole, and the peak memory.

    Args:
        clock: what was measured.
        device: of the network, whose memory is looked at.
        frames: frames done.
        wall: seconds from the first frame read to the last file written.
        objects: how many were followed.
    """
    count = max(frames, 1)
    return {
        "frames": frames,
        "objects": objects,
        "seconds_per_frame": {part: clock.total(part) / count for part in PARTS},
        "total_seconds_per_frame": wall / count,
        "frames_per_second": frames / wall if wall else 0.0,
        "wall_seconds": wall,
        "peak_memory_mib": _peak_memory(),
        "peak_gpu_memory_mib": (
            torch.cuda.max_memory_allocated(device) / 2**20 if device.type == "cuda" else None
        ),
    }


def run_timing_table(values: dict[str, Any]) -> Table:
    """The same for people."""
    table = Table(title="Time for each frame", title_justify="left")
    table.add_column("part")
    table.add_column("")
    table.add_column("seconds", justify="right")
    for part, seconds in values["seconds_per_frame"].items():
        table.add_row(part, _MEANING[part], f"{seconds:.3f}")
    table.add_section()
    speed = f"{values['frames_per_second']:.2f} frames per second"
    table.add_row("total", speed, f"{values['total_seconds_per_frame']:.3f}")
    if values["peak_memory_mib"] is not None:
        table.caption = f"peak memory {values['peak_memory_mib']:.0f} MiB"
    return table


def _peak_memory() -> float | None:
    """Largest resident memory of this process so far in MiB; None where unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
