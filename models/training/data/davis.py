"""DAVIS 2016 and 2017."""

from pathlib import Path

from models.errors import InputError
from models.training.data.pairs import Pair, Video


def davis_videos(root: Path, split: str, year: str = "2016", scale: str = "480p") -> list[Video]:
    """Sequences of a DAVIS root named in `ImageSets/<year>/<split>.txt`.

    Raises:
        InputError: the list or a sequence is missing, or the list is empty.
    """
    listing = root / "ImageSets" / year / f"{split}.txt"
    if not listing.is_file():
        raise InputError(
            f"{root} is not a DAVIS {year} root with a split '{split}': {listing} is missing. "
            f"Expected ImageSets/{year}/, JPEGImages/{scale}/ and Annotations/{scale}/"
        )
    videos = []
    for name in listing.read_text().split():
        masks = sorted((root / "Annotations" / scale / name).glob("*.png"))
        images = root / "JPEGImages" / scale / name
        if not masks or not images.is_dir():
            raise InputError(f"sequence {name} of {root} lacks frames or annotations")
        videos.append(Video(name, tuple(Pair(images / f"{m.stem}.jpg", m) for m in masks)))
    if not videos:
        raise InputError(f"{listing} names no sequence")
    return videos
