"""Seconds per frame of the whole command with one object and with three, in turns.

    python benchmarks/speed.py [--runs 3] [--frames 60] [-- OPTIONS OF ovos segment]

Times the installed command as a process, start-up included, and prints the ratio of each
pair of neighbouring runs, which holds when the machine's speed drifts.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def _run(mask: str, frames: int, options: list[str]) -> dict[str, float]:
    """Run once; seconds per frame of the process and of each part."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "ovos_cli", "segment", str(SAMPLES / "bunny.mp4")]
        command += ["--mask", str(SAMPLES / mask), "--out", out, "--end", str(frames - 1)]
        started = time.perf_counter()
        subprocess.run([*command, "--quiet", *options], check=True)
        wall = time.perf_counter() - started
        timing = json.loads((Path(out) / "timing.json").read_text())
    return {
        "process": wall / frames,
        "command": timing["total_seconds_per_frame"],
        **timing["seconds_per_frame"],
        "peak MiB": timing["peak_memory_mib"],
    }


def main(
    options: Annotated[list[str] | None, typer.Argument(help="For ovos segment.")] = None,
    runs: int = 3,
    frames: int = 60,
) -> None:
    """Measure and print medians."""
    one, three = [], []
    for _ in range(runs):
        one.append(_run("bunny.png", frames, options or []))
        three.append(_run("bunny_objects.png", frames, options or []))
    table = Table("median of runs", "one object", "three objects", "ratio")
    for key in one[0]:
        a = statistics.median(r[key] for r in one)
        b = statistics.median(r[key] for r in three)
        pairs = [t[key] / o[key] for o, t in zip(one, three, strict=True)]
        table.add_row(key, f"{a:.3f}", f"{b:.3f}", f"{statistics.median(pairs):.2f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
