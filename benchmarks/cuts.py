"""What becomes of an object when the video cuts to another scene and back.

    python benchmarks/cuts.py DAVIS [--split val] [--weights FILE] [--sequences a,b,c]

Each sequence's frames 0 to 14 are followed by ten frames of the next sequence and then by its own
frames 20 to 39; the first mask is given. Prints, for the whole model, the same with the sequence's
own frames in place of the other scene, the same where cuts are not looked for, without the matcher
(A5), and with a memory of the previous or the first frame alone (B2, B1), the share of the other
scene that is taken for the object, where none is, J before the cut and after it, and how many cuts
were found. What the first row's J is below the second's, cutting costs; the rest would be lost
without. `--rows 2` prints the first two rows alone.
"""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models import Segmenter
from models.config import FRAMES_KEPT
from models.hub.load import load_model
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.datasets.annotation import Ids, read_ids
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.measures import region_similarity
from ovos_cli.media.folder_reader import read_picture
from ovos_cli.media.frame import Frame
from ovos_cli.shot.cuts import CutSearch

_BEFORE, _AWAY, _BACK = slice(0, 15), slice(5, 15), slice(20, 40)
_BETWEEN = slice(15, 20)

_UNCUT = "full, of the sequence as it is"
_BLIND = "full, without looking for cuts"

_ROWS: dict[str, list[str]] = {
    "full": [],
    _UNCUT: [],
    _BLIND: [],
    "A5 without matcher": ["use_matcher=false"],
    "B2 memory: previous": ["memory_policy=previous"],
    "B1 memory: first": ["memory_policy=first"],
}

Shown = tuple[NDArray[np.uint8], Ids, str]
"""A frame, the truth and which of the three parts it belongs to."""


def _frames(sequence: Sequence, part: slice, name: str) -> list[Shown]:
    shown = []
    for frame in sequence.frames[part]:
        image = read_picture(sequence.images[frame])
        truth = read_ids(sequence.annotations[frame], merged=True)
        shown.append((image, truth * (name != "away"), name))
    return shown


def _measure(segmenter: Segmenter, video: list[Shown], blind: bool) -> dict[str, float]:
    values: dict[str, list[float]] = {"before": [], "away": [], "back": []}
    search, cuts = CutSearch(), 0
    for index, (image, truth, part) in enumerate(video):
        cut = not blind and search.cut_before(Frame(index, "", image, Fraction(index)))
        cuts += cut
        ids = segmenter.step(image, truth if index == 0 else None, cut=cut).ids
        if index and part == "away":
            values[part].append(float((ids > 0).mean()))
        elif index and part in values:
            values[part].append(region_similarity(ids > 0, truth > 0))
    means = {part: float(np.mean(found)) if found else 0.0 for part, found in values.items()}
    return means | {"cuts": cuts}


def main(
    root: Annotated[Path, typer.Argument(help="A root of DAVIS 2016.")],
    split: str = "val",
    weights: Path | None = None,
    sequences: str | None = None,
    rows: int = len(_ROWS),
) -> None:
    """Cut, follow, print."""
    data = open_dataset(DatasetName.DAVIS16, root, split)
    chosen = data.select(sequences.split(",") if sequences else None).sequences
    pairs = list(zip(chosen, (*chosen[1:], chosen[0]), strict=True))
    table = Table("", "taken for the object, away", "J before", "J after", "cuts")
    for label, settings in [*_ROWS.items()][:rows]:
        found = []
        network = load_model("lite", weights, settings, memory_max=FRAMES_KEPT).network
        for own, other in track(pairs, label, console=Console(stderr=True)):
            uncut = label == _UNCUT
            video = _frames(own, _BEFORE, "before")
            video += _frames(own, _BETWEEN, "between") if uncut else _frames(other, _AWAY, "away")
            video += _frames(own, _BACK, "back")
            found.append(_measure(Segmenter(network), video, label == _BLIND))
        away, before, back = (np.mean([f[p] for f in found]) for p in ("away", "before", "back"))
        cuts = f"{sum(f['cuts'] for f in found):.0f} of {0 if label == _UNCUT else 2 * len(found)}"
        table.add_row(label, f"{away:.4f}", f"{before:.3f}", f"{back:.3f}", cuts)
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
