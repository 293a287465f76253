"""What a correction costs beside the whole run, with and without features kept on disk.

    python benchmarks/correction.py [--frames 60] [--at 30] [--runs 2]

The sample is segmented; then the mask of a frame in its middle is given again, shifted by a few
pixels, and the run is gone on with. Every figure is of the command as a process of its own, with
its start (`ovos segment` of one frame), which is taken off. CPU seconds are those of the program
and of the system, added up over all threads.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from processes import Cost, cost_of

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def _ovos(*arguments: object) -> Cost:
    return cost_of([sys.executable, "-m", "ovos_cli", *map(str, arguments), "--quiet"])


def _segment(out: Path, last: int, cache: str) -> Cost:
    video, mask = SAMPLES / "bunny.mp4", SAMPLES / "bunny.png"
    options = ("--out", out, "--end", last, "--cache", cache, "--overwrite", "--no-overlay")
    return _ovos("segment", video, "--mask", mask, *options)


def _shifted(mask: Path, out: Path) -> Path:
    with Image.open(mask) as picture:
        moved = Image.fromarray(np.roll(np.array(picture), 6, axis=1))
        moved.putpalette(picture.getpalette() or [])
    moved.save(out)
    return out


def main(
    frames: Annotated[int, typer.Option(min=3)] = 60,
    at: Annotated[int, typer.Option(min=1, help="The frame that is corrected.")] = 30,
    runs: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Measure and print medians."""
    kinds = {"without features on disk": "0", "with them": "2G"}
    ratios: dict[str, list[float]] = {name: [] for name in kinds}
    seconds: dict[str, list[float]] = {name: [] for name in ("the whole run", *kinds)}
    for _ in range(runs):
        for name, cache in kinds.items():
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "out"
                start = _segment(out, 0, "0")
                whole = _segment(out, frames - 1, cache) - start
                fix = _shifted(out / f"masks/{at:05d}.png", Path(folder) / "fix.png")
                again = _ovos("resume", out, "--mask", f"{at}={fix}") - start
                ratios[name].append(again.cpu / whole.cpu)
                seconds[name].append(again.cpu)
                seconds["the whole run"].append(whole.cpu)
    print(f"CPU seconds of {frames} frames, the start taken off:")
    print(f"the whole run {statistics.median(seconds['the whole run']):.1f}")
    for name in kinds:
        median, ratio = statistics.median(seconds[name]), statistics.median(ratios[name])
        print(f"a correction of frame {at}, {name}: {median:.1f}, {ratio:.2f} of it")


if __name__ == "__main__":
    typer.run(main)
