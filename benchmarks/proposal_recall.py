"""How well the proposals cover the annotated object of a DAVIS 2016 split.

    python benchmarks/proposal_recall.py ROOT SPLIT [--every 12]

For every so many frames, the best IoU of any of the top proposals' masks with the truth.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table

from models import Segmenter
from models.frames import Geometry
from models.functional.masks import paste_masks
from models.training.data.davis import davis_videos
from models.training.data.pairs import AnnotatedImage
from ovos_cli.evaluation.measures import region_similarity


def _best(segmenter: Segmenter, pair: AnnotatedImage) -> float:
    image, truth = pair.image(), pair.mask() > 0
    geometry = Geometry.fit(truth.shape, segmenter.size)
    proposals = segmenter.prepare([image])[0].proposals
    pasted = paste_masks(proposals.masks.cpu(), proposals.boxes.cpu(), *geometry.padded, stride=1)
    masks = geometry.to_source(pasted) > 0.5
    return max((region_similarity(m.numpy(), truth) for m in masks), default=0.0)


def main(
    root: Annotated[Path, typer.Argument(help="DAVIS root.")],
    split: Annotated[str, typer.Argument(help="A list in ImageSets/2016.")],
    weights: Annotated[Path | None, typer.Option(help="Instead of the package's.")] = None,
    every: int = 12,
) -> None:
    """Measure and print."""
    table = Table("sequence", "mean best IoU", "recall at 0.5", "recall at 0.75")
    everything: list[float] = []
    with torch.inference_mode():
        for video in davis_videos(root, split):
            segmenter = Segmenter.load("lite", weights)
            best = [_best(segmenter, pair) for pair in video.frames[::every]]
            everything += best
            table.add_row(video.name, *_row(best))
    table.add_section()
    table.add_row(f"all {len(everything)} frames", *_row(everything))
    Console().print(table)


def _row(best: list[float]) -> list[str]:
    values = np.array(best)
    return [f"{v:.3f}" for v in (values.mean(), (values > 0.5).mean(), (values > 0.75).mean())]


if __name__ == "__main__":
    typer.run(main)
