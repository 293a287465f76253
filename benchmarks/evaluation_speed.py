"""Time `ovos evaluate`'s pre-flight and scoring against vos-benchmark on the same generated masks.

    python benchmarks/evaluation_speed.py [--sequences 30] [--frames 67] [--objects 2] [--grey]

By default as much as DAVIS-2017's validation split has: 30 sequences of 67 frames of 480x854 with
two moving, wobbling objects, shifted by a few pixels for the prediction. Both tools get the same
number of processes and take turns. Prints times on the clock, the ratio, and how far the scores
are apart. Needs `pip install --no-deps vos-benchmark` and scikit-image.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from PIL import Image

from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.evaluation.pool import scoring_pool, usable_cores
from ovos_cli.evaluation.preflight import check_masks
from ovos_cli.evaluation.results import global_measures
from ovos_cli.evaluation.scoring import score_all
from ovos_cli.masks.palette import davis_palette

_SHAPE = (480, 854)


def _scene(rng: np.random.Generator, outlines: list[np.ndarray], frame: int) -> np.ndarray:
    ids = np.zeros(_SHAPE, np.uint8)
    for ident, outline in enumerate(outlines, start=1):
        wobble = rng.normal(0, 2, outline.shape)
        points = outline + wobble + (3 * frame * (-1) ** ident, frame)
        cv2.fillPoly(ids, [points.astype(np.int32)], ident)
    return ids


def _outline(rng: np.random.Generator) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radii = rng.uniform(40, 130) * (1 + 0.3 * np.sin(angles * rng.integers(2, 6)))
    centre = rng.uniform((250, 120), (600, 360))
    return centre + np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)


def _save(path: Path, ids: np.ndarray, grey: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(ids)
    if not grey:
        picture.putpalette(davis_palette())
    picture.save(path)


def _generate(root: Path, sequences: int, frames: int, objects: int, grey: bool) -> None:
    rng = np.random.default_rng(0)
    for sequence in range(sequences):
        outlines = [_outline(rng) for _ in range(objects)]
        for frame in range(frames):
            name = f"s{sequence}/{frame:05d}.png"
            ids = _scene(rng, outlines, frame)
            if frame < 2:  # vos-benchmark counts an object from where it first sees it
                ids[0, : objects + 1] = np.arange(objects + 1)
            _save(root / "Annotations/480p" / name, ids, grey)
            moved = np.roll(ids, rng.integers(-5, 6, 2), axis=(0, 1))
            _save(root / "masks" / name, cv2.medianBlur(moved, 7), grey)


def main(
    sequences: int = 30,
    frames: int = 67,
    objects: int = 2,
    runs: int = 3,
    grey: Annotated[bool, typer.Option("--grey", help="Grey PNGs, not indexed ones.")] = False,
    jobs: Annotated[int | None, typer.Option(help="Processes. Default: all cores.")] = None,
) -> None:
    """Generate, measure, print."""
    # Here, since each process that scores for ovos imports this file again.
    from vos_benchmark.benchmark import benchmark

    processes = jobs or usable_cores()
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        _generate(root, sequences, frames, objects, grey)
        truth, masks = root / "Annotations" / "480p", root / "masks"
        for _ in range(runs):
            started = time.perf_counter()
            data = open_dataset(DatasetName.DAVIS17, root, "all")
            with scoring_pool(processes) as pool:
                check_masks(data, masks)
                scores = score_all(list(data.sequences), masks, pool=pool)
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            _, j, f, _ = benchmark(
                [str(truth)], [str(masks)], verbose=False, num_processes=processes
            )
            theirs.append(time.perf_counter() - started)
    measures = global_measures(scores)
    assert measures and measures["J-Mean"] is not None and measures["F-Mean"] is not None
    apart = max(abs(measures["J-Mean"] - j[0] / 100), abs(measures["F-Mean"] - f[0] / 100))
    count = sequences * (frames - 2)
    typer.echo(f"{count} frames of {objects} objects, {processes} processes, median of {runs} runs")
    ratio = statistics.median(t / o for o, t in zip(ours, theirs, strict=True))
    times = f"ovos {statistics.median(ours):.2f} s, vos-benchmark {statistics.median(theirs):.2f} s"
    typer.echo(f"{times}, ratio {ratio:.1f}")
    typer.echo(f"scores apart by {apart:.1e}")


if __name__ == "__main__":
    typer.run(main)
