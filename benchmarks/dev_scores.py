"""Score `ovos segment` on sequences laid out as DAVIS 2016 (one object, every frame annotated).

    python benchmarks/dev_scores.py ROOT SPLIT [--out DIR] [-- OPTIONS OF ovos segment]

Prints J, F and their mean for each sequence, without the first and the last frame, as the
official tool does. Runs the installed command, a sequence at a time.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from ovos_cli.evaluation.measures import contour_accuracy, region_similarity


def _mask(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture) > 0


def _score(masks: Path, truth: Path) -> tuple[float, float]:
    """Mean J and F over the frames between the first and the last."""
    names = sorted(p.name for p in truth.glob("*.png"))[1:-1]
    pairs = [(_mask(masks / name), _mask(truth / name)) for name in names]
    j = [region_similarity(p, t) for p, t in pairs]
    f = [contour_accuracy(p, t) for p, t in pairs]
    return float(np.mean(j)), float(np.mean(f))


def score_split(
    root: Path, split: str, options: list[str], out: Path | None = None
) -> dict[str, tuple[float, float]]:
    """Run the command on every sequence of a split and return J and F by name."""
    names = (root / "ImageSets" / "2016" / f"{split}.txt").read_text().split()
    scores = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            truth = root / "Annotations" / "480p" / name
            target = (out or Path(temporary)) / name
            command = [sys.executable, "-m", "ovos_cli", "segment"]
            command += [str(root / "JPEGImages" / "480p" / name)]
            command += ["--mask", str(min(truth.glob("*.png"))), "--out", str(target)]
            command += ["--quiet", "--no-overlay", "--overwrite", *options]
            subprocess.run(command, check=True)
            scores[name] = _score(target / "masks", truth)
    return scores


def main(
    root: Annotated[Path, typer.Argument(help="DAVIS root.")],
    split: Annotated[str, typer.Argument(help="A list in ImageSets/2016.")],
    options: Annotated[list[str] | None, typer.Argument(help="For ovos segment.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the masks here.")] = None,
) -> None:
    """Run and score."""
    scores = score_split(root, split, options or [], out)
    table = Table("sequence", "J", "F", "J&F")
    for name, score in scores.items():
        table.add_row(name, *_row(score))
    table.add_section()
    mean = np.mean(list(scores.values()), axis=0)
    table.add_row("mean", *_row((mean[0], mean[1])))
    Console().print(table)


def _row(score: tuple[float, float]) -> list[str]:
    return [f"{v:.3f}" for v in (*score, sum(score) / 2)]


if __name__ == "__main__":
    typer.run(main)
