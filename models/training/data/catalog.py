"""Data sets by kind, as recipes name them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.errors import InputError
from models.training.data.coco import coco_images
from models.training.data.davis import davis_videos
from models.training.data.folders import folder_pairs, unpaired
from models.training.data.pairs import AnnotatedImage, Video
from models.training.data.youtube import youtube_videos
from models.training.recipe import DataPart
from models.utils.clutter import without_clutter


@dataclass(frozen=True)
class DataSet:
    """A data set on disk: images or videos, never both.

    alone: images without a mask, and masks without an image.
    """

    part: DataPart
    images: Sequence[AnnotatedImage] = ()
    videos: Sequence[Video] = ()
    alone: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.part.kind} {self.part.root}"

    def stills(self) -> list[AnnotatedImage]:
        """Its images, or every so many frames of its videos."""
        return [*self.images, *(f for v in self.videos for f in v.frames[:: self.part.every])]

    def __len__(self) -> int:
        return len(self.images) or len(self.videos)


def open_data(part: DataPart, base: Path, place: Path | None = None) -> DataSet:
    """List what a data set holds; nothing is decoded yet.

    Args:
        base: folder that the part's root is relative to.
        place: the data set's own folder, where it lies elsewhere.

    Raises:
        InputError: it is not there, not of its kind, or empty.
    """
    root = place or base / part.root
    match part.kind:
        case "folders":
            return DataSet(part, images=folder_pairs(root), alone=unpaired(root))
        case "coco":
            names = f"annotations/instances_{part.split}{part.year}.json"
            return DataSet(
                part,
                images=coco_images(
                    root / f"{part.split}{part.year}", root / (part.annotations or names)
                ),
            )
        case "davis":
            return of_videos(part, davis_videos(root, part.split, part.year))
        case "ytvos":
            return of_videos(part, youtube_videos(root, part.split))


def of_videos(part: DataPart, videos: Sequence[Video]) -> DataSet:
    """Videos, and how many frames beside theirs have no mask; masks without a frame are broken.

    Raises:
        InputError: `part.frames` names frames, and a video has none of them.
    """
    if part.frames:
        return DataSet(part, videos=[_only(video, part.frames) for video in videos])
    return DataSet(part, videos=videos, alone=(sum(map(_unannotated, videos)), 0))


def _only(video: Video, names: Sequence[str]) -> Video:
    frames = tuple(frame for frame in video.frames if frame.image_path.stem in names)
    if not frames:
        raise InputError(
            f"the video {video.name} has none of the annotated frames that data.frames names: "
            f"{', '.join(names)}"
        )
    return replace(video, frames=frames)


def _unannotated(video: Video) -> int:
    annotated = {frame.image_path.stem for frame in video.frames}
    folder = video.frames[0].image_path.parent
    return sum(path.stem not in annotated for path in without_clutter(folder.glob("*.jpg")))
