"""How well `ovos review` knows which masks are bad; and the coefficients that it knows it by.

    python benchmarks/review.py run SHOTS --dataset davis17 --root DAVIS --split dev
    python benchmarks/review.py measure SHOTS[=davis17:DAVIS:dev] ...
    python benchmarks/review.py fit SHOTS=davis17:DAVIS:train ... --write calibration.json

`run` makes a shot of every sequence with `ovos segment`, from the true mask of its first frame;
what follows `--` are further options of it, and --every 4 leaves three of four frames out. The
model has learned from the videos that coefficients are fitted on, and fails little there: they are
fitted on shots of small frames (`-- --size 128`) and of a few of the frames, in which it fails as
it does in videos that it has never seen.

`measure` compares the confidence of each object and frame with J, the IoU with the truth. A frame's
J is the mean of its objects'.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from ovos_cli.datasets import Dataset, DatasetName, open_dataset
from ovos_cli.evaluation.measures import region_similarity
from ovos_cli.review.estimate import inputs
from ovos_cli.review.reading import StoredShot, read_shot
from ovos_cli.review.review import reviewed
from ovos_cli.shot.store import Store

Values = NDArray[np.float64]
BAD, GOOD = 0.5, 0.7
SHARE = 0.25
_DECAY = 1.0
"""Weight of the squares of coefficients, of standardized inputs."""

app = typer.Typer(add_completion=False, help=(__doc__ or "").partition("\n")[0])


@dataclass(frozen=True)
class Scored:
    """A shot beside the truth. j: by object and frame, without given masks."""

    name: str
    shot: StoredShot
    j: dict[int, dict[int, float]]


@app.command()
def run(
    shots: Path,
    dataset: Annotated[DatasetName, typer.Option()],
    root: Annotated[Path, typer.Option()],
    split: Annotated[str, typer.Option()],
    every: Annotated[int, typer.Option(help="Leave out all frames but each of so many.")] = 1,
    options: Annotated[list[str] | None, typer.Argument(help="For ovos segment.")] = None,
) -> None:
    """Make shots of all sequences that are not there yet."""
    for sequence in open_dataset(dataset, root, split).sequences:
        out = shots / sequence.name
        if (out / "run.json").is_file() and read_shot(out).record["state"] == "complete":
            continue
        with tempfile.TemporaryDirectory() as temporary:
            frames, mask = Path(temporary) / "frames", Path(temporary) / "mask.png"
            frames.mkdir()
            first = next(iter(sequence.starts))
            begin = sequence.frames.index(first)
            for name in sequence.frames[begin::every]:
                (frames / sequence.images[name].name).symlink_to(sequence.images[name].resolve())
            given = sequence.given(first)
            assert given is not None
            picture = Image.fromarray(given, "P")
            picture.putpalette(np.arange(256).repeat(3).astype(np.uint8).tobytes())
            picture.save(mask)
            command = [sys.executable, "-m", "ovos_cli", "segment", str(frames), "--mask"]
            command += [str(mask), "--out", str(out), "--quiet", "--overwrite", *(options or [])]
            subprocess.run(command, check=True)
        typer.echo(f"{sequence.name} done")


@app.command()
def measure(shots: list[str]) -> None:
    """Print AUROC, what the list holds, and how far confidence is from J."""
    groups = [(text.partition("=")[0], [*_scored(text)]) for text in shots]
    every = [("all", [one for _, group in groups for one in group])] if len(groups) > 1 else []
    for name, scored in [*groups, *every]:
        _print_group(name, scored)


@app.command()
def fit(
    shots: list[str],
    write: Annotated[Path | None, typer.Option(help="Where to write them.")] = None,
) -> None:
    """Fit coefficients, and print how well each video is known by those of the others."""
    found = {text: [*_samples(text)] for text in shots}
    samples = [sample for each in found.values() for sample in each]
    videos = np.array([video for video, *_ in samples])
    weight = np.concatenate([_weights([video for video, *_ in each]) for each in found.values()])
    j = np.array([each for *_, each in samples])
    known = [inputs(sure, cues) for _, sure, cues, _ in samples]
    alone = [inputs(sure, None) for _, sure, _, _ in samples]
    empty = np.array([sure == 0 for _, sure, *_ in samples])
    coefficients = {"none": round(float(np.average(j[empty], weights=weight[empty])), 4)}
    for kind, rows in (("cues", known), ("alone", alone)):
        names = [*rows[0]]
        x = np.array([[row[name] for name in names] for row in rows])
        chosen = ~empty
        fitted = _logistic(x[chosen], j[chosen], weight[chosen])
        held = np.zeros(len(j))
        for video in np.unique(videos):
            others = chosen & (videos != video)
            held[videos == video] = _estimate(_logistic(x[others], j[others], weight[others]), x)[
                videos == video
            ]
        _print_row(f"{kind}, of other videos", held[chosen], j[chosen])
        coefficients |= {
            f"{kind}.{name}": round(float(value), 4)
            for name, value in zip(("constant", *names), fitted, strict=True)
        }
    text = json.dumps(
        {
            "made": "python benchmarks/review.py fit " + " ".join(t.split("=")[0] for t in shots),
            "masks": len(j),
            "videos": len(np.unique(videos)),
            "coefficients": coefficients,
        },
        indent=2,
    )
    typer.echo(text)
    if write is not None:
        write.write_text(text + "\n", encoding="utf-8")


def _data(text: str) -> tuple[Path, Dataset]:
    """The folder of shots and the data set of `SHOTS=DATASET:ROOT:SPLIT`."""
    folder, _, data = text.partition("=")
    name, root, split = data.split(":")
    return Path(folder), open_dataset(DatasetName(name), Path(root), split)


def _scored(text: str) -> Iterator[Scored]:
    folder, data = _data(text)
    for sequence in data.sequences:
        if not (folder / sequence.name / "run.json").is_file():
            typer.echo(f"{folder} has no shot of {sequence.name}", err=True)
            continue
        shot = read_shot(folder / sequence.name)
        j: dict[int, dict[int, float]] = {ident: {} for ident in shot.history}
        for frame, stem in shot.stems.items():
            if stem in sequence.annotations:
                ids, truth = shot.masks(frame), sequence.read(stem)
                for ident, track in shot.history.items():
                    if frame in track and not track[frame].given:
                        j[ident][frame] = region_similarity(ids == ident, truth == ident)
        yield Scored(sequence.name, shot, j)


def _samples(text: str) -> Iterator[tuple[str, float, Any, float]]:
    """(video, confidence of the network, cues, J) of each object and frame."""
    for scored in _scored(text):
        for sure, cues, j in _seen(scored):
            if cues is not None:
                yield scored.name, sure, cues, j


def _seen(scored: Scored) -> Iterator[tuple[float, Any, float]]:
    """(confidence of the network, cues or None, J) of each object and frame of a shot."""
    store = Store(scored.shot.folder.kept / "shot.sqlite")
    cues = store.cues(backward=False)
    for final in store.finals():
        for ident, sure in final.confidence.items():
            j = scored.j[ident].get(final.frame)
            if j is not None:
                yield sure, cues.get(final.frame, {}).get(ident), j
    store.close()


def _weights(videos: list[str]) -> Values:
    """Of each mask of a folder of shots: long videos count more than short ones, but less so."""
    counts = Counter(videos)
    return np.array([counts[video] ** -0.5 for video in videos])


def _logistic(x: Values, j: Values, weight: Values) -> Values:
    """Constant and coefficients of the logistic function that is nearest to J, by Newton's method.

    J is a share, so that its cross entropy with the estimate is what is least.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-9
    weight = weight / weight.mean()
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    decay = np.diag([0.0, *[_DECAY] * x.shape[1]])
    w = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (weight * (p - j)) + decay @ w
        curvature = (z * (weight * p * (1 - p))[:, None]).T @ z + decay
        step = np.linalg.solve(curvature, gradient)
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    own = w[1:] / spread
    return np.array([w[0] - own @ mean, *own])


def _estimate(coefficients: Values, x: Values) -> Values:
    return 1 / (1 + np.exp(-(coefficients[0] + x @ coefficients[1:])))


def _print_group(name: str, group: list[Scored]) -> None:
    masks, frames = list[tuple[float, float]](), list[tuple[float, float, bool]]()
    typer.echo(f"{name}\n  sequence               frames  J < {BAD}  listed  of those  pictures")
    for scored in group:
        review = reviewed(scored.shot, 12)
        listed, own = {*review.listed}, list[tuple[float, float, bool]]()
        for frame in scored.shot.stems:
            each = [
                (scored.shot.history[ident][frame].confidence, j[frame])
                for ident, j in scored.j.items()
                if frame in j
            ]
            if each:
                masks += each
                sure, j = np.mean(each, axis=0)
                own.append((float(sure), float(j), frame in listed))
        bad = sum(j < BAD for _, j, _ in own)
        got = sum(j < BAD and here for _, j, here in own)
        typer.echo(
            f"  {scored.name:22} {len(own):6} {bad:8} {sum(here for *_, here in own):7} {got:9} "
            f"{len(review.looks):9}"
        )
        frames += own
    sure, j = np.array(masks).T
    _print_row("masks", sure, j)
    network = [(sure, j) for scored in group for sure, _, j in _seen(scored)]
    _print_row("masks, by the network's own confidence", *np.array(network).T)
    _print_row("frames", np.array([f[0] for f in frames]), np.array([f[1] for f in frames]))
    here, j = np.array([f[2] for f in frames]), np.array([f[1] for f in frames])
    if (j < BAD).any():
        typer.echo(
            f"  the list holds {here.mean():.1%} of the frames, and {here[j < BAD].mean():.1%} of "
            f"those with J < {BAD}"
        )
    typer.echo("  confidence   masks  mean confidence  mean J")
    sure, j = np.array(masks).T
    for low in np.arange(0, 1, 0.1):
        inside = (sure >= low) & (sure < low + 0.1 + (low > 0.89))
        if inside.any():
            typer.echo(
                f"  {low:.1f} to {low + 0.1:.1f} {np.count_nonzero(inside):7}  "
                f"{sure[inside].mean():15.3f}  {j[inside].mean():6.3f}"
            )


def _print_row(name: str, sure: Values, j: Values) -> None:
    worst = np.argsort(sure, kind="stable")[: int(SHARE * len(sure))]
    bad = j < BAD
    found = f"{bad[worst].sum() / bad.sum():.3f}" if bad.any() else "-"
    most = f"{min(1, len(worst) / bad.sum()):.3f}" if bad.any() else "-"
    typer.echo(
        f"  {name}: {len(j)}, AUROC J >= {GOOD}: {_auroc(sure, j >= GOOD)}, J < {BAD}: "
        f"{_auroc(-sure, bad)} ({bad.mean():.1%}); the lowest {SHARE:.0%} hold {found} of those "
        f"(at best {most}); off by {np.abs(sure - j).mean():.3f}, on the average "
        f"{np.mean(sure - j):+.3f}"
    )


def _auroc(scores: Values, positive: NDArray[np.bool_]) -> str:
    """Share of the pairs of a positive and another one in which its score is higher."""
    if positive.all() or not positive.any():
        return "-"
    above, others = scores[positive], np.sort(scores[~positive])
    less = np.searchsorted(others, above, "left") + np.searchsorted(others, above, "right")
    return f"{less.mean() / 2 / len(others):.3f}"


if __name__ == "__main__":
    app()
