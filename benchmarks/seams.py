"""IoU of neighbouring masks where a forward and a backward way meet, beside the rest of a shot.

    python benchmarks/seams.py davis17-dev_lite --dataset davis17 --root DAVIS --split dev

Reads what `ovos benchmark --rounds` left. Between two given frames the ways meet, and the masks
change hands from one to the other: at the given frames, and around the middle. Objects move more in
some places than in others, so that the truth's IoU of the same two frames is measured too, and
what counts is the difference.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ovos_cli.benchmarking.rounds_tables import ROUNDS
from ovos_cli.datasets import Dataset, DatasetName, open_dataset
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.evaluation.files import read_results

Ids = NDArray[np.uint8]


def main() -> None:
    """Print a row for each kind of place."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path, help="a folder of `ovos benchmark --rounds`")
    parser.add_argument("--dataset", type=DatasetName, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--split", default="val")
    options = parser.parse_args()
    rounds = sorted((options.results / ROUNDS).iterdir(), key=lambda place: int(place.name))
    data = open_dataset(options.dataset, options.root, options.split)
    print("corrections  where      pairs  IoU    truth's  difference")
    for place in rounds:
        found: dict[str, list[tuple[float, float]]] = {}
        for where, ours, truth in _pairs(place, data):
            found.setdefault(where, []).append((ours, truth))
        for where, values in sorted(found.items()):
            ours, truth = np.mean(values, axis=0)
            print(
                f"{place.name:11}  {where:9}  {len(values):5}  {ours:.3f}  {truth:.3f}    "
                f"{ours - truth:+.3f}"
            )


def _pairs(place: Path, data: Dataset) -> Iterator[tuple[str, float, float]]:
    """For each object and pair of neighbouring frames: where it is, and the IoU, ours and truth's.

    given: one of the two was given. middle: the two are in the third of the frames between given
    ones where the ways change hands. elsewhere: the rest between given frames. one way: outside.
    """
    record = read_results(place)
    for sequence in data.sequences:
        if sequence.name not in record["sequences"]:
            continue
        corrected = record["sequences"][sequence.name]["corrected"]
        given = sorted({0, *(sequence.frames.index(frame) for frame in corrected)})
        masks = [read_ids(place / "masks" / sequence.name / f"{f}.png") for f in sequence.frames]
        truth = [sequence.read(f) for f in sequence.frames]
        for at in range(len(masks) - 1):
            where = _where(at, given)
            for ident in sequence.objects:
                if (truth[at] == ident).any() and (truth[at + 1] == ident).any():
                    yield where, *(_iou(ids[at], ids[at + 1], ident) for ids in (masks, truth))


def _where(at: int, given: list[int]) -> str:
    """Of the pair of frames `at` and the next."""
    if at >= given[-1]:
        return "one way"
    if at in given or at + 1 in given:
        return "given"
    before = max(g for g in given if g <= at)
    after = min(g for g in given if g > at)
    third = (after - before) / 3
    return "middle" if before + third <= at + 0.5 <= after - third else "elsewhere"


def _iou(one: Ids, other: Ids, ident: int) -> float:
    a, b = one == ident, other == ident
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 1.0


if __name__ == "__main__":
    main()
