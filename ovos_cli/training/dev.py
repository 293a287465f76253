"""How good a model in training is: scores on development videos, and pictures of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from models.errors import InputError
from models.network import DMNAOA
from models.tracking.segmenter import Segmenter
from models.training.data.catalog import DataSet, of_videos, open_data
from models.training.data.pairs import IGNORE, AnnotatedImage, Array, Video
from models.training.recipe import DataPart, DevPart
from models.utils.precision import Precision
from ovos_cli.evaluation.measures import frame_scores
from ovos_cli.propose.dataset import propose_in
from ovos_cli.propose.recall import best_of, overlaps
from ovos_cli.training.pictures import Strip

_SHOWN = 5
_PROPOSALS_EVERY = 12


@dataclass
class DevScore:
    """score: higher is better; J&F, or the mean best IoU of proposals. by_sequence: the same."""

    by_sequence: dict[str, float] = field(default_factory=dict)
    strips: list[Strip] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Mean over sequences."""
        return float(np.mean(list(self.by_sequence.values())))


class DevSet:
    """Development videos of a recipe; never trained on.

    Raises:
        InputError: the data are not there, or a sequence named is not among them.
    """

    def __init__(self, part: DevPart, base: Path) -> None:
        self.part = part
        where = DataPart(kind="davis", root=part.root, split=part.split, year=part.year)
        self.videos = pick(open_data(where, base).videos, part.sequences)
        self.data = of_videos(where, self.videos)

    def check(self, *, follow: bool) -> None:
        """Decode every frame that will be scored, before anything is trained.

        Args:
            follow: `segmentation` will score them, so each needs an object in its first mask
                and a frame after it.

        Raises:
            InputError: a video cannot be scored on.
        """
        for video in self.videos:
            where = f"the development video {video.name} cannot be scored on"
            mend = "Mend it, or leave it out with dev.sequences"
            try:
                first = video.frames[0].mask()
                sizes = {
                    shape
                    for frame in self._scored(video, follow=follow)
                    for shape in (frame.image().shape[:2], frame.mask().shape)
                }
            except InputError as error:
                raise InputError(f"{where}: {error}") from error
            if len(sizes) > 1:
                listed = ", ".join(f"{width}x{height}" for height, width in sorted(sizes))
                raise InputError(f"{where}: its frames and masks differ in size ({listed}). {mend}")
            if follow and video.length < 2:
                raise InputError(f"{where}: it has only one annotated frame. {mend}")
            if follow and not _objects(first):
                raise InputError(f"{where}: its first mask has no object. {mend}")

    def trained_on(self, data: Sequence[DataSet]) -> list[str]:
        """Names of its videos that are among the data, too."""
        folders = {_folder(video) for one in data for video in one.videos}
        return [video.name for video in self.videos if _folder(video) in folders]

    def _scored(self, video: Video, *, follow: bool) -> Sequence[AnnotatedImage]:
        return video.frames[: self.part.frames] if follow else video.frames[::_PROPOSALS_EVERY]

    def segmentation(self, network: DMNAOA, device: torch.device, precision: Precision) -> DevScore:
        """J&F of each sequence's begin, all objects followed from the first mask."""
        found = DevScore()
        for video in self.videos:
            segmenter = Segmenter(
                network, size=self.part.size, device=str(device), precision=precision
            )
            frames = self._scored(video, follow=True)
            first = frames[0].mask()
            first[first == IGNORE] = 0
            objects = _objects(first)
            segmenter.step(frames[0].image(), first)
            shown = set(np.linspace(1, len(frames) - 1, _SHOWN).astype(int).tolist())
            values, strip = [], Strip(video.name)
            for index, frame in enumerate(frames[1:], start=1):
                image, truth = frame.image(), frame.mask()
                ids = segmenter.step(image).ids
                scores = frame_scores(ids, truth, objects)
                values.append(np.mean(list(scores.values())))
                if index in shown:
                    strip.add(image, ids)
            found.by_sequence[video.name] = float(np.mean(values))
            found.strips.append(strip)
        return found

    def proposals(self, network: DMNAOA, device: torch.device, precision: Precision) -> DevScore:
        """Mean best IoU of any proposal with each object, in every twelfth frame."""
        found = DevScore()
        for video in self.videos:
            segmenter = Segmenter(
                network, size=self.part.size, device=str(device), precision=precision
            )
            values, strip = [], Strip(video.name)
            for frame in self._scored(video, follow=False):
                image, truth = frame.image(), frame.mask()
                (stored,) = propose_in([image], [frame.image_path.stem], segmenter)
                masks, objects = stored.frame_masks(), _objects(truth)
                best = np.zeros_like(truth)
                if objects:
                    ious = overlaps(masks, np.stack([truth == ident for ident in objects]))
                    values.extend(best_of(ious, len(masks)).tolist())
                    for ident, row in zip(objects, ious, strict=True):
                        if row.any():
                            best[masks[row.argmax()]] = ident
                strip.add(image, best)
            found.by_sequence[video.name] = float(np.mean(values)) if values else 0.0
            found.strips.append(strip)
        return found


def pick(videos: Sequence[Video], names: Sequence[str]) -> list[Video]:
    """The videos of these names, all without any.

    Raises:
        InputError: a name is not among them.
    """
    by_name = {video.name: video for video in videos}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise InputError(f"the development set has no sequence {', '.join(missing)}")
    return [by_name[name] for name in names] if names else list(videos)


def _objects(mask: Array) -> list[int]:
    return [int(value) for value in np.unique(mask) if value not in (0, IGNORE)]


def _folder(video: Video) -> Path:
    return video.frames[0].image_path.parent.resolve()
