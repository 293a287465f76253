"""YouTube-VOS 2018 and 2019: every fifth frame is annotated."""

from pathlib import Path

from models.errors import InputError
from models.training.data.pairs import Pair, Video
from models.utils.clutter import without_clutter


def youtube_videos(root: Path, split: str) -> list[Video]:
    """Videos of `root/<split>` with the frames that are annotated.

    Raises:
        InputError: the folders are missing or a mask has no frame.
    """
    images, masks = root / split / "JPEGImages", root / split / "Annotations"
    if not (images.is_dir() and masks.is_dir()):
        raise InputError(
            f"{root} is not a YouTube-VOS root with a split '{split}': expected "
            f"{split}/JPEGImages/ and {split}/Annotations/"
        )
    videos = []
    for folder in sorted(path for path in masks.iterdir() if path.is_dir()):
        found = without_clutter(folder.glob("*.png"))
        pairs = [Pair(images / folder.name / f"{m.stem}.jpg", m, found[0]) for m in found]
        if pairs:
            videos.append(Video(folder.name, tuple(pairs)))
    if not videos:
        raise InputError(f"{masks} holds no annotated video")
    return videos
