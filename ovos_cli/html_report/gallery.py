"""The report's pictures: the worst frames, and a contact sheet of each sequence."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.datasets import Dataset, Sequence
from ovos_cli.datasets.annotation import Ids, read_ids
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.html_report import pictures
from ovos_cli.html_report.charts import object_colour
from ovos_cli.html_report.runs import Run, frame_mean
from ovos_cli.html_report.tables import number
from ovos_cli.html_report.worst import WorstFrame, worst_frames
from ovos_cli.media.folder_reader import read_picture

_WORST = 9
_THUMBNAILS, _FEWEST_THUMBNAILS = 12, 3
_MOST_THUMBNAILS = 1200
"""Of a whole page: with hundreds of sequences each gets fewer."""
_THUMBNAIL_WIDTH, _PICTURE_WIDTH = 320, 720
_GREY = 96


@dataclass(frozen=True, slots=True)
class Picture:
    """uri: the picture itself. score, note: text, may be empty."""

    uri: str
    alt: str
    sequence: str
    frame: str
    score: str = ""
    note: str = ""


class Gallery:
    """Makes pictures of one run."""

    def __init__(self, run: Run, masks: Path, dataset: Dataset) -> None:
        """Masks are SEQUENCE/FRAME.png.

        Raises:
            InputError: the data set lacks a sequence of the run.
        """
        self._run, self._masks = run, masks
        self._data = {s.name: s for s in dataset.sequences}
        missing = [name for name in run.sequences if name not in self._data]
        if missing:
            raise InputError(
                f"{dataset.name} {dataset.split} at {dataset.root} does not hold the sequences of "
                f"the results: {', '.join(missing[:8])}; give the --root that they were run on"
            )

    def worst(self) -> list[Picture]:
        """The frames that went worst, each cut around its object."""
        return [self._comparison(one) for one in worst_frames(self._run, _WORST)]

    def _comparison(self, one: WorstFrame) -> Picture:
        sequence = self._data[one.sequence]
        truth = sequence.read(one.frame) == one.ident
        prediction = self._prediction(sequence, one.frame) == one.ident
        image = _image(sequence, one.frame)
        notes = [f"object {one.ident}"]
        if not prediction.any():
            notes.append("no mask")
        if not truth.any():
            notes.append("not in view")
        return Picture(
            pictures.data_uri(pictures.comparison(image, truth, prediction, _PICTURE_WIDTH)),
            f"{one.sequence}, frame {one.frame}: object {one.ident} as it is and as predicted",
            one.sequence,
            one.frame,
            f"J {number(one.j, 2)}  F {number(one.f, 2)}",
            ", ".join(notes),
        )

    def contact_sheet(self, scores: SequenceScores) -> list[Picture]:
        """Frames at equal distances, first and last included, with what was predicted."""
        most = max(_FEWEST_THUMBNAILS, _MOST_THUMBNAILS // len(self._run.sequences))
        chosen = spread(len(scores.frames), min(most, _THUMBNAILS))
        return [self._thumbnail(scores, scores.frames[i]) for i in chosen]

    def _thumbnail(self, scores: SequenceScores, frame: str) -> Picture:
        sequence = self._data[scores.name]
        ids = self._prediction(sequence, frame)
        # Scored objects have the colours of their curves; without scores, colours go by id.
        known = list(scores.objects) or [int(i) for i in np.unique(ids) if i]
        colours = {ident: pictures.rgb(object_colour(n)) for n, ident in enumerate(known)}
        small = pictures.thumbnail(_image(sequence, frame), ids, colours, _THUMBNAIL_WIDTH)
        mean = frame_mean(scores.objects.values(), frame)
        return Picture(
            pictures.data_uri(small),
            f"{scores.name}, frame {frame}, predicted objects tinted",
            scores.name,
            frame,
            "" if mean is None else number(mean, 2),
        )

    def _prediction(self, sequence: Sequence, frame: str) -> Ids:
        """What was predicted; nothing where nobody scores it and there is no mask of ids."""
        path = self._masks / sequence.name / f"{frame}.png"
        if not path.is_file():
            return np.zeros(sequence.size, np.uint8)
        try:
            return read_ids(path, merged=sequence.merged)
        except InputError:
            if frame in sequence.compared:
                raise
            return np.zeros(sequence.size, np.uint8)


def _image(sequence: Sequence, frame: str) -> NDArray[np.uint8]:
    """The (H, W, 3) frame; grey where the data set holds annotations only."""
    path = sequence.images.get(frame)
    if path is None:
        return np.full((*sequence.size, 3), _GREY, np.uint8)
    return read_picture(path)


def spread(count: int, wanted: int) -> list[int]:
    """Up to `wanted` indices below `count` at equal distances, both ends included."""
    return [round(i) for i in np.linspace(0, count - 1, min(count, wanted)).tolist()]
