"""How good a model in training is: scores on development videos, and pictures of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from models.clicks.answer import mask_from_prompt
from models.clicks.clicked_frame import answers_in
from models.clicks.prompt import Prompt
from models.clicks.simulated import clicked, overlap
from models.errors import InputError
from models.network import DMNAOA
from models.tracking.segmenter import Segmenter
from models.training.data.catalog import DataSet, of_videos, open_data
from models.training.data.pairs import IGNORE, AnnotatedImage, Array, Video
from models.training.data.pictures import read_image
from models.training.recipe import DataPart, DevPart
from models.utils.clutter import without_clutter
from models.utils.precision import Precision
from ovos_cli.evaluation.measures import frame_scores
from ovos_cli.masks.ids import boxes_of
from ovos_cli.propose.dataset import propose_in
from ovos_cli.propose.recall import best_of, overlaps
from ovos_cli.training.pictures import Strip

_SHOWN = 5
_PROPOSALS_EVERY = 12
_CLICKS = 3


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

    Videos of which only some frames are annotated are followed through all frames, and scored in
    those.

    Raises:
        InputError: the data are not there, or a sequence or a frame named is not among them.
    """

    def __init__(self, part: DevPart, base: Path, place: Path | None = None) -> None:
        self.part = part
        where = place_of(part)
        self.videos = pick(open_data(where, base, place).videos, part.sequences)
        self.data = of_videos(where, self.videos)

    def check(self, stage: str) -> None:
        """Decode every frame that will be scored, before anything is trained.

        Args:
            stage: of the recipe. `segmentation` scores what follows videos, so each needs an
                object in its first mask and a frame after it; `clicks` only the object.

        Raises:
            InputError: a video cannot be scored on.
        """
        follow = stage not in ("proposals", "clicks")
        for video in self.videos:
            where = f"the development video {video.name} cannot be scored on"
            mend = "Mend it, or leave it out with dev.sequences"
            frames = self._followed(video) if follow else self._proposed_in(video)
            if stage == "clicks":
                frames = {video.frames[0].image_path: video.frames[0]}
            try:
                first = video.frames[0].mask()
                sizes = {read_image(path).shape[:2] for path in frames}
                sizes |= {frame.mask().shape for frame in frames.values() if frame is not None}
            except InputError as error:
                raise InputError(f"{where}: {error}") from error
            if len(sizes) > 1:
                listed = ", ".join(f"{width}x{height}" for height, width in sorted(sizes))
                raise InputError(f"{where}: its frames and masks differ in size ({listed}). {mend}")
            if follow and video.length < 2:
                raise InputError(f"{where}: it has only one annotated frame. {mend}")
            if follow and not any(self._counts(video, frame) for frame in frames.values()):
                raise InputError(
                    f"{where}: none of the frames to score is annotated and within its first "
                    f"{self.part.frames} (dev.scored, dev.frames). {mend}"
                )
            if stage != "proposals" and not _objects(first):
                raise InputError(f"{where}: its first mask has no object. {mend}")

    def trained_on(self, data: Sequence[DataSet]) -> list[str]:
        """Names of its videos that have frames which are scored and are among the data, too."""
        return [video.name for video in self.videos if self._shared(video, data)]

    def akin_to(self, data: Sequence[DataSet]) -> list[str]:
        """Names of its videos that the data have other frames of than those that are scored."""
        folders = {_folder(video) for one in data for video in one.videos}
        return [
            video.name
            for video in self.videos
            if _folder(video) in folders and not self._shared(video, data)
        ]

    def _shared(self, video: Video, data: Sequence[DataSet]) -> bool:
        trained = {f.image_path.resolve() for one in data for v in one.videos for f in v.frames}
        scored = (frame for frame in video.frames if self._counts(video, frame))
        return any(frame.image_path.resolve() in trained for frame in scored)

    def _followed(self, video: Video) -> dict[Path, AnnotatedImage | None]:
        """The first frames of a video from the first annotated one on, by image."""
        annotated = {frame.image_path: frame for frame in video.frames}
        first = video.frames[0].image_path
        there = {*without_clutter(first.parent.glob(f"*{first.suffix}")), *annotated}
        order = sorted(path for path in there if path >= first)
        return {path: annotated.get(path) for path in order[: self.part.frames]}

    def _proposed_in(self, video: Video) -> dict[Path, AnnotatedImage | None]:
        """The annotated frames whose proposals are looked at, by image."""
        return {frame.image_path: frame for frame in video.frames[::_PROPOSALS_EVERY]}

    def _counts(self, video: Video, frame: AnnotatedImage | None) -> bool:
        """Whether masks of a frame are scored: it is annotated, not given, and wanted."""
        if frame is None or frame is video.frames[0]:
            return False
        return not self.part.scored or frame.image_path.stem in self.part.scored

    def segmentation(self, network: DMNAOA, device: torch.device, precision: Precision) -> DevScore:
        """J&F of each sequence's begin, all objects followed from the first mask."""
        found = DevScore()
        for video in self.videos:
            segmenter = Segmenter(
                network, size=self.part.size, device=str(device), precision=precision
            )
            frames = self._followed(video)
            first = video.frames[0].mask()
            first[first == IGNORE] = 0
            objects = _objects(first)
            segmenter.step(video.frames[0].image(), first)
            shown = set(np.linspace(1, len(frames) - 1, _SHOWN).astype(int).tolist())
            values, strip = [], Strip(video.name)
            for index, (path, frame) in enumerate(list(frames.items())[1:], start=1):
                image = read_image(path)
                ids = segmenter.step(image).ids
                if frame is not None and self._counts(video, frame):
                    scores = frame_scores(ids, frame.mask(), objects)
                    values.append(np.mean(list(scores.values())))
                if index in shown:
                    strip.add(image, ids)
            found.by_sequence[video.name] = float(np.mean(values))
            found.strips.append(strip)
        return found

    def clicks(self, network: DMNAOA, device: torch.device, precision: Precision) -> DevScore:
        """Mean IoU of first masks from a box, one click and three, in each video's first frame."""
        found = DevScore()
        for video in self.videos:
            segmenter = Segmenter(
                network, size=self.part.size, device=str(device), precision=precision
            )
            image, truth = video.frames[0].image(), video.frames[0].mask()
            answers = answers_in(image, segmenter.prepare([image])[0], segmenter)
            boxes, masks = boxes_of(np.where(truth == IGNORE, 0, truth)), np.zeros_like(truth)
            values = []
            for ident, around in boxes.items():
                boxed = mask_from_prompt(answers, Prompt(around))
                ious = clicked(answers, truth == ident, _CLICKS)
                values += [overlap(boxed, truth == ident), ious[0], ious[-1]]
                masks[boxed] = ident
            found.by_sequence[video.name] = float(np.mean(values))
            strip = Strip(video.name)
            strip.add(image, masks)
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
            for frame in video.frames[::_PROPOSALS_EVERY]:
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


def place_of(part: DevPart) -> DataPart:
    """Where development videos are, as a data set of a recipe."""
    return DataPart(kind="davis", root=part.root, split=part.split, year=part.year)


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
