"""The model with a person beside it who corrects its masks: which frame, and what is said of it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import ovos_cli.shot
from models.sources.names import SourceName
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.benchmarking.method import ModelMethod
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.masks.ids import Ids


@dataclass(frozen=True)
class Corrected:
    """A model whose masks were corrected in so many frames of each sequence; a `MaskMaker`."""

    method: ModelMethod
    corrections: int

    @property
    def name(self) -> str:
        """The model's, and how often it was corrected."""
        return f"{self.method.name} +{self.corrections}"

    @property
    def device(self) -> str:
        """The model's."""
        return self.method.device

    def settings(self) -> dict[str, Any]:
        """The model's, and the code that makes one answer of masks given in several frames."""
        assert ovos_cli.shot.__file__ is not None
        shots = code_digest(Path(ovos_cli.shot.__file__).parent)
        return self.method.settings() | {"corrections": self.corrections, "shots": shots}

    def model(self) -> dict[str, str] | None:
        """The model's."""
        return self.method.model()

    def files(self) -> SourceName | None:
        """The model's."""
        return self.method.files()


def worst_frame(scores: SequenceScores, given: Collection[str]) -> str | None:
    """The scored frame in which some object has the lowest J&F of all; the first such.

    Args:
        scores: of a sequence.
        given: frames that are not chosen, whose truth is known already.

    Returns:
        None where no other frame is scored.
    """
    worst: dict[str, float] = {}
    for each in scores.objects.values():
        for frame, j, f in zip(each.frames, each.j, each.f, strict=True):
            worst[frame] = min(worst.get(frame, 1.0), (j + f) / 2)
    return min(
        (frame for frame in scores.frames if frame in worst and frame not in given),
        key=worst.__getitem__,
        default=None,
    )


def truth_of(sequence: Sequence, frame: str) -> tuple[Ids, set[int]]:
    """What a person who sees a frame says of it.

    Args:
        frame: an annotated one.

    Returns:
        (H, W) ids of the objects that have begun by then, and which of these are nowhere.

    Raises:
        InputError: the annotation cannot be read.
    """
    at = sequence.frames.index(frame)
    begun = {i for i, start in sequence.objects.items() if sequence.frames.index(start) <= at}
    truth = sequence.read(frame)
    ids = np.where(np.isin(truth, [*begun]), truth, 0).astype(np.uint8)
    return ids, begun - {int(i) for i in np.unique(ids)}
