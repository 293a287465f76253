"""Seconds a frame of `ovos` beside those of a neighbour's own code, in turns on the same frames.

    python benchmarks/against.py cutie --checkout PATH [--model small] [--python PYTHON]
                                 [--frames 20] [--runs 3] [--objects 3] [--weights FILE]

No code of a neighbour is part of this repository: PATH is a checkout of yours. Where its libraries
are not installed beside ovos, PYTHON is an interpreter that has them and what ovos needs. Without
weights the neighbour's are random, which is enough for times. Each method runs in a process of its
own; from a frame in memory to its ids in memory, files left out; the first frames of every run,
which prepare, are left out.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from neighbours import cutie, ovos
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_videos"
_MASKS = {1: "bunny.png", 3: "bunny_objects.png"}
_WARM = 3
"""Frames at the beginning that are left out."""


class Neighbour(StrEnum):
    """Whose code there is an adapter to."""

    CUTIE = "cutie"


_ADAPTERS = {Neighbour.CUTIE: cutie}


def _seconds(python: Path, order: dict[str, Any]) -> float:
    """Run one method; the median of its frames."""
    with tempfile.TemporaryDirectory() as folder:
        asked, result = Path(folder) / "order.json", Path(folder) / "result.json"
        asked.write_text(json.dumps(order))
        command = [str(python), str(Path(__file__).parent / "follow.py"), str(asked), str(result)]
        # ovos need not be installed where the neighbour's libraries are.
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise typer.BadParameter(
                f"{order['method']} cannot be run with {python}: {last}. Install what is missing "
                "there, or name another interpreter with --python",
                param_hint="--checkout",
            )
        return statistics.median(json.loads(result.read_text())[_WARM:])


def main(
    neighbour: Annotated[Neighbour, typer.Argument(help="Whose code.")],
    checkout: Annotated[Path, typer.Option(help="A checkout of it.")],
    python: Annotated[Path, typer.Option(help="An interpreter that can run it.")] = Path(
        sys.executable
    ),
    model: Annotated[str | None, typer.Option(help="Which of its models.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Of that model; else random.")] = None,
    size: Annotated[int, typer.Option(help="Short side inside the models.")] = 480,
    objects: Annotated[int, typer.Option(help="1 or 3.")] = 1,
    frames: Annotated[int, typer.Option(min=_WARM + 1)] = 20,
    runs: Annotated[int, typer.Option(min=1)] = 3,
) -> None:
    """Measure and print medians, and the ratio of neighbouring runs."""
    adapter = _ADAPTERS[neighbour]
    missing = [name for name in adapter.NEEDED if not (checkout / name).is_file()]
    if missing:
        raise typer.BadParameter(
            f"{checkout} is no checkout of {neighbour}: {', '.join(missing)} is not there",
            param_hint="--checkout",
        )
    chosen = model or adapter.MODELS[0]
    if chosen not in adapter.MODELS:
        raise typer.BadParameter(
            f"choose one of: {', '.join(adapter.MODELS)}", param_hint="--model"
        )
    if objects not in _MASKS:
        raise typer.BadParameter("the sample has masks of 1 and 3", param_hint="--objects")
    common = {
        "video": str(SAMPLES / "bunny.mp4"),
        "mask": str(SAMPLES / _MASKS[objects]),
        "frames": frames,
        "size": size,
        "checkout": str(checkout.resolve()),
    }
    own = common | {"method": "ovos", "model": ovos.MODELS[0], "weights": None}
    other = common | {
        "method": str(neighbour),
        "model": chosen,
        "weights": str(weights.resolve()) if weights else None,
    }
    pairs = [(_seconds(Path(sys.executable), own), _seconds(python, other)) for _ in range(runs)]
    table = Table("seconds a frame", "median", "to ovos")
    table.add_row("ovos, lite", f"{statistics.median(a for a, _ in pairs):.3f}", "1.00")
    theirs = statistics.median(b for _, b in pairs)
    ratio = statistics.median(b / a for a, b in pairs)
    table.add_row(f"{neighbour}, {chosen}", f"{theirs:.3f}", f"{ratio:.2f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
