"""How good first masks are from a box, and from clicks, as a simulated person makes them.

    python benchmarks/clicks.py DAVIS [--year 2016] [--split dev] [--most 20]

First frames of a DAVIS root. The box is tight around the truth. The first click is in the middle of
the object, each next one in the middle of the largest error; what it
says is applied to the mask before. Objects are masked alone, without knowledge of each other.
"""

import statistics
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.clicks.answer import after_click, mask_from_prompt
from models.clicks.prompt import Mask, Prompt
from models.clicks.simulated import next_click
from models.hub.load import load_model
from models.sources.stored import StoredProposals
from models.tracking.segmenter import Segmenter
from ovos_cli.datasets.davis import davis
from ovos_cli.masks.ids import boxes_of
from ovos_cli.media.folder_reader import read_picture

WANTED = (0.85, 0.9)
SHOWN = (1, 3, 5)


def clicked(
    image: NDArray[np.uint8], proposals: StoredProposals, truth: Mask, most: int
) -> tuple[list[float], list[float]]:
    """IoU with the truth after each click, until nothing is wrong, and the seconds of each."""
    mask, clicks, ious, seconds = None, [], [], []
    while len(ious) < most:
        click = next_click(truth, np.zeros_like(truth) if mask is None else mask)
        if click is None:
            break
        clicks.append(click)
        start = time.perf_counter()
        prompt = Prompt(clicks=tuple(clicks))
        mask = (
            mask_from_prompt(image, proposals, prompt)
            if mask is None
            else after_click(image, proposals, prompt, mask)
        )
        seconds.append(time.perf_counter() - start)
        ious.append(overlap(mask, truth))
    return ious, seconds


def overlap(a: Mask, b: Mask) -> float:
    """IoU of two masks, of which one at least has an inside."""
    return float(np.count_nonzero(a & b) / np.count_nonzero(a | b))


def clicks_until(ious: list[float], wanted: float, most: int) -> int:
    """How many clicks an IoU takes; all that are allowed where they do not do."""
    return next((n for n, iou in enumerate(ious, 1) if iou >= wanted), most)


def main(
    root: Path,
    year: str = "2016",
    split: str = "dev",
    most: Annotated[int, typer.Option(min=max(SHOWN))] = 20,
) -> None:
    """Measure and print means over all objects."""
    network = load_model("lite").network
    boxes, tracks, seconds = [], [], []
    for sequence in davis(root, year, split).sequences:
        segmenter = Segmenter(network, device="cpu")
        first = sequence.frames[0]
        image, ids = read_picture(sequence.images[first]), sequence.read(first)
        prepared = segmenter.prepare([image])[0]
        assert segmenter.geometry is not None
        proposals = StoredProposals.of(prepared.proposals, segmenter.geometry)
        for ident, box in boxes_of(ids).items():
            truth = ids == ident
            boxes.append(overlap(mask_from_prompt(image, proposals, Prompt(box)), truth))
            ious, spent = clicked(image, proposals, truth, most)
            tracks.append(ious)
            seconds += spent
            after = " ".join(f"{ious[min(n, len(ious)) - 1]:.3f}" for n in SHOWN)
            print(f"{sequence.name} {ident}: box {boxes[-1]:.3f}, clicks {after}", flush=True)
    print(f"mean of {len(boxes)} objects in first frames, {year} {split}")
    print(f"box {statistics.mean(boxes):.3f}")
    for n in SHOWN:
        print(f"{n} clicks {statistics.mean(t[min(n, len(t)) - 1] for t in tracks):.3f}")
    for wanted in WANTED:
        needed = [clicks_until(t, wanted, most) for t in tracks]
        print(f"clicks to {wanted:.2f} (at most {most}): {statistics.mean(needed):.1f}")
    print(f"median seconds a click: {statistics.median(seconds):.2f}")


if __name__ == "__main__":
    typer.run(main)
