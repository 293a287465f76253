"""Recall of proposals over a data set, and pictures of what they miss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from models.errors import InputError
from models.network import DMNAOA
from models.sources.install import use_source
from models.sources.names import Kind, SourceName
from models.sources.stored import StoredProposals
from models.tracking.segmenter import Segmenter
from ovos_cli.datasets import Dataset, Sequence
from ovos_cli.evaluation.measures import boundary
from ovos_cli.groups import in_groups
from ovos_cli.media.folder_reader import read_picture
from ovos_cli.media.frame import Image
from ovos_cli.propose.recall import TOPS, Recall, Tally, overlaps
from ovos_cli.propose.sheet import caption, grid, tint

_WIDTH = 320
_OUTLINE = (255, 255, 255)


@dataclass(frozen=True)
class Miss:
    """An object and the proposal that covers it best, none if none overlaps it.

    best: its IoU among the top 30.
    """

    best: float
    sequence: str
    frame: str
    ident: int
    image: Image
    truth: NDArray[np.bool_]
    proposal: NDArray[np.bool_]


@dataclass
class Outcome:
    """Recall, and the objects that are covered worst, worst first."""

    tally: Tally
    missed: list[Miss]


def measure(
    data: Dataset,
    network: DMNAOA,
    source: SourceName,
    segmenter: Callable[[], Segmenter],
    *,
    every: int,
    keep: int,
    tick: Callable[[], None],
) -> Outcome:
    """Compare proposals with annotations.

    Args:
        data: the sequences.
        network: it asks `source` already, unless that is files: they lie in a folder for each
            sequence.
        source: of proposals.
        segmenter: makes a fresh one over the network.
        every: compare every so many annotated frames of each sequence.
        keep: how many misses to keep for pictures.
        tick: called after each frame.

    Raises:
        InputError: a frame, a mask or a file of proposals cannot be read.
    """
    outcome = Outcome(Tally(), [])
    for sequence in data.sequences:
        if source.kind is Kind.FILES:
            use_source(network, source.of_sequence(sequence.name))
        fresh = segmenter()
        for frame, image, stored in _proposed(sequence, every, fresh):
            ids = sequence.read(frame)
            if ids.shape != image.shape[:2]:
                raise InputError(
                    f"sequence {sequence.name}: frame {frame} is {image.shape[1]}x"
                    f"{image.shape[0]}, its annotation {ids.shape[1]}x{ids.shape[0]}"
                )
            objects = [int(i) for i in np.unique(ids) if i]
            if objects:
                truth = np.stack([ids == i for i in objects])
                masks = stored.frame_masks()
                ious = overlaps(masks, truth)
                outcome.tally.add(sequence.name, ious)
                seen = ious[:, : TOPS[1]]
                for ident, mask, row in zip(objects, truth, seen, strict=True):
                    best = float(row.max(initial=0.0))
                    # Where none overlaps the object, no proposal is the best of them.
                    covered = masks[int(row.argmax())] if best > 0 else np.zeros_like(mask)
                    miss = Miss(best, sequence.name, frame, ident, image, mask, covered)
                    outcome.missed = nsmallest(keep, [*outcome.missed, miss], key=lambda m: m.best)
            tick()
    return outcome


def compared(sequence: Sequence, every: int) -> list[str]:
    """Every so many frames among those that are annotated and there."""
    return [name for name in sequence.frames if name in sequence.annotations][::every]


def propose_in(
    images: list[Image], names: list[str], segmenter: Segmenter
) -> list[StoredProposals]:
    """Proposals of several frames of a video at once.

    Args:
        images: (H, W, 3) RGB, in order, and as many as `segmenter.batch` at most.
        names: of the frames.
        segmenter: the video's own.

    Raises:
        InputError: sizes differ, or the source of proposals has none of a frame.
    """
    prepared = segmenter.prepare(images, names)
    assert segmenter.geometry is not None
    return [StoredProposals.of(frame.proposals, segmenter.geometry) for frame in prepared]


def _proposed(
    sequence: Sequence, every: int, segmenter: Segmenter
) -> Iterator[tuple[str, Image, StoredProposals]]:
    for group in in_groups(compared(sequence, every), segmenter.batch):
        images = [read_picture(sequence.images[name]) for name in group]
        yield from zip(group, images, propose_in(images, group, segmenter), strict=True)


def recall_table(tally: Tally, source: str) -> Table:
    """Recall for the top 10, 30 and 100, and of each sequence for the top 30."""
    table = Table("", "top", "mean best IoU", "at 0.5", "at 0.75", "0.5:0.95")
    table.title, table.title_justify = f"Recall of '{source}'", "left"
    for sequence in tally.best:
        table.add_row(sequence, "30", *_cells(tally.recall(30, sequence)))
    table.add_section()
    for top in TOPS:
        table.add_row(f"all {tally.objects} objects", str(top), *_cells(tally.recall(top)))
    return table


def _cells(recall: Recall) -> list[str]:
    values = (recall.mean, recall.half, recall.three_quarters, recall.average)
    return [f"{value:.3f}" for value in values]


def missed_sheet(missed: list[Miss], columns: int = 4) -> Image:
    """Objects outlined in white, and tinted the proposal that covers each best."""
    tiles = []
    for miss in missed:
        image = _narrow(miss.image, cv2.INTER_AREA)
        covered, truth = (
            _narrow(m.astype(np.uint8), cv2.INTER_NEAREST) > 0 for m in (miss.proposal, miss.truth)
        )
        tile = tint(image, covered, 0).copy()
        tile[boundary(truth)] = _OUTLINE
        name = f"{miss.sequence} {miss.frame}, object {miss.ident}"
        tiles.append(caption(tile, f"{name}: {miss.best:.2f}"))
    tallest = max(tile.shape[0] for tile in tiles)
    return grid([np.pad(t, ((0, tallest - t.shape[0]), (0, 0), (0, 0))) for t in tiles], columns)


def _narrow(image: NDArray[np.uint8], mode: int) -> NDArray[np.uint8]:
    """Scale a picture to the width of a tile."""
    height = round(image.shape[0] * _WIDTH / image.shape[1])
    return cv2.resize(image, (_WIDTH, height), interpolation=mode).astype(np.uint8)
