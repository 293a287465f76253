"""What a frame costs the command, what its start costs, and what a busy process beside it does.

    python benchmarks/speed.py [PART ...] [--frames 30] [--runs 2] [--objects 1,3,10,40]
                               [--options "OPTIONS OF ovos segment"]

PART is any of `objects`, `backbone`, `busy` and `startup`; all of them where none is given.

Every figure is of the command as a process of its own. Seconds a frame are the difference of a run
of `--frames` frames and one of two, divided by the difference of their frames: so the start, the
first frame's preparations and the end are taken off, and whatever any thread does for a frame
counts, reading and writing and waiting threads that spin included. Counting within the process from
the first frame on would leave the preparations in, and the encoder's last frames out. CPU seconds
are those of the program and of the system, added up over all threads. Runs are made in turns;
ratios are medians over neighbours, which hold when the machine's speed drifts.
"""

import json
import shlex
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from blobs import blobs
from PIL import Image
from processes import Cost, busy_process, cost_of
from rich.console import Console
from rich.table import Table

SAMPLES = Path(__file__).parent.parent / "sample_videos"
_SHORT = 2
"""Frames of the run that is taken off."""
_PASSES = 30
"""Of the backbone."""


class Part(StrEnum):
    """What can be measured."""

    OBJECTS = "objects"
    BACKBONE = "backbone"
    BUSY = "busy"
    STARTUP = "startup"


@dataclass(frozen=True)
class Frames:
    """What a frame costs: as a process sees it, and by the command's own times."""

    cost: Cost
    modules: dict[str, float]
    peak_mib: float


class Measured:
    """The command on the sample, with masks of so many objects."""

    def __init__(self, folder: Path, frames: int, options: list[str]) -> None:
        self._folder, self._frames, self._options = folder, frames, options

    def segment(self, objects: int, frames: int) -> Cost:
        """A run of so many frames."""
        command = [sys.executable, "-m", "ovos_cli", "segment", str(SAMPLES / "bunny.mp4")]
        command += ["--mask", str(self._mask(objects)), "--out", str(self._folder / "out")]
        command += ["--overwrite", "--quiet", "--end", str(frames - 1)]
        return cost_of([*command, *self._options])

    def a_frame(self, objects: int) -> Frames:
        """What a frame costs, the start taken off."""
        short = self.segment(objects, _SHORT)
        long = self.segment(objects, self._frames)
        timing = json.loads((self._folder / "out/timing.json").read_text())
        cost = (long - short) / (self._frames - _SHORT)
        return Frames(cost, timing["seconds_per_frame"], timing["peak_memory_mib"])

    def _mask(self, objects: int) -> Path:
        """The sample's own masks of one and of three objects; of others, blobs of its frame."""
        own = {1: SAMPLES / "bunny.png", 3: SAMPLES / "bunny_objects.png"}
        if objects in own:
            return own[objects]
        place = self._folder / f"{objects}.png"
        if not place.exists():
            with Image.open(own[3]) as truth:
                ids = blobs(np.array(truth), objects)
            picture = Image.fromarray(ids)
            picture.putpalette(np.random.default_rng(0).integers(0, 256, 768).tolist())
            picture.save(place)
        return place


def backbone() -> Cost:
    """A pass of ResNet-50 to stride 16, in a process like the command's."""
    place = Path(__file__).parent / "backbone.py"
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        cost_of([sys.executable, str(place), file.name, str(_PASSES)])
        found = json.loads(Path(file.name).read_text())
    return Cost(found["cpu"], found["wall"])


def _median(values: list[float]) -> float:
    return statistics.median(values)


def _table(found: dict[int, list[Frames]]) -> Table:
    """Medians by number of objects, and ratios to the first of these numbers."""
    counts = list(found)
    table = Table("seconds a frame", *(f"{n} object{'s' * (n > 1)}" for n in counts))

    def row(name: str, value: Callable[[Frames], float], digits: int = 3) -> None:
        medians = [_median([value(frame) for frame in found[n]]) for n in counts]
        table.add_row(name, *(f"{median:.{digits}f}" for median in medians))

    def ratio(value: Callable[[Frames], float]) -> None:
        base = [value(frame) for frame in found[counts[0]]]
        pairs = [zip(map(value, found[n]), base, strict=True) for n in counts]
        table.add_row(
            f"  to {counts[0]}", *(f"{_median([a / b for a, b in p]):.2f}" for p in pairs)
        )

    for name, value in (("CPU", lambda f: f.cost.cpu), ("wall", lambda f: f.cost.wall)):
        row(name, value)
        ratio(value)
    for module in found[counts[0]][0].modules:
        row(f"  {module}", lambda frame, module=module: frame.modules[module])  # type: ignore[misc]
    row("peak MiB", lambda frame: frame.peak_mib, 0)
    return table


def _print_startup(console: Console, measured: Measured, runs: int) -> None:
    asked = [sys.executable, "-m", "ovos_cli", "segment", "--help"]
    starts: dict[str, Callable[[], Cost]] = {
        "ovos segment --help": lambda: cost_of(asked),
        "one frame": lambda: measured.segment(1, 1),
    }
    for name, start in starts.items():
        start()  # reads its files from the disk
        costs = [start() for _ in range(runs)]
        wall, cpu = _median([c.wall for c in costs]), _median([c.cpu for c in costs])
        console.print(f"{name}: {wall:.2f} s, {cpu:.2f} CPU s", highlight=False)


def main(
    parts: Annotated[list[Part] | None, typer.Argument()] = None,
    frames: Annotated[int, typer.Option(min=_SHORT + 1)] = 30,
    runs: Annotated[int, typer.Option(min=1)] = 2,
    objects: Annotated[str, typer.Option(help="Numbers of objects, by comma.")] = "1,3,10,40",
    options: Annotated[str, typer.Option(help="For ovos segment, as one text.")] = "",
) -> None:
    """Measure and print medians."""
    wanted, console = set(parts or Part), Console()
    counts = [int(n) for n in objects.split(",")] if Part.OBJECTS in wanted else [1]
    with tempfile.TemporaryDirectory() as folder:
        measured = Measured(Path(folder), frames, shlex.split(options))
        if Part.STARTUP in wanted:
            _print_startup(console, measured, runs)
        if not wanted & {Part.OBJECTS, Part.BACKBONE, Part.BUSY}:
            return
        found: dict[int, list[Frames]] = {n: [] for n in counts}
        passes: list[Cost] = []
        slowed: list[Frames] = []
        for _ in range(runs):
            for n in counts:
                found[n].append(measured.a_frame(n))
            if Part.BACKBONE in wanted:
                passes.append(backbone())
            if Part.BUSY in wanted:
                with busy_process():
                    slowed.append(measured.a_frame(counts[0]))
    console.print(_table(found))
    alone = found[counts[0]]
    if passes:
        ratio = _median([f.cost.cpu / p.cpu for f, p in zip(alone, passes, strict=True)])
        cpu, wall = _median([p.cpu for p in passes]), _median([p.wall for p in passes])
        console.print(
            f"ResNet-50 to stride 16 at 480x864: {cpu:.3f} CPU s, {wall:.3f} s; a frame of "
            f"{counts[0]} takes {ratio:.2f} times its CPU seconds",
            highlight=False,
        )
    if slowed:
        ratio = _median([s.cost.wall / f.cost.wall for f, s in zip(alone, slowed, strict=True)])
        wall = _median([s.cost.wall for s in slowed])
        console.print(
            f"one busy process beside it: {wall:.3f} s a frame, {ratio:.2f} times alone",
            highlight=False,
        )


if __name__ == "__main__":
    typer.run(main)
