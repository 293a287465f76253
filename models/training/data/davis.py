"""DAVIS 2016 and 2017."""

from pathlib import Path

from models.errors import InputError
from models.split_lists import davis_lists, read_list
from models.training.data.pairs import Pair, Video


def davis_videos(root: Path, split: str, year: str = "2016", scale: str = "480p") -> list[Video]:
    """Sequences of a DAVIS root named in a list of `ImageSets`.

    Raises:
        InputError: the list or a sequence is missing, or the list is empty.
    """
    lists = [place / f"{split}.txt" for place in davis_lists(root, year)]
    listing = next((path for path in lists if path.is_file()), None)
    if listing is None:
        raise InputError(
            f"{root} is not a DAVIS {year} root with a split '{split}': {lists[0]} is missing. "
            f"Expected ImageSets/{year}/, JPEGImages/{scale}/ and Annotations/{scale}/"
        )
    videos = []
    for name in read_list(listing):
        masks = sorted((root / "Annotations" / scale / name).glob("*.png"))
        images = root / "JPEGImages" / scale / name
        if not masks or not images.is_dir():
            raise InputError(f"sequence {name} of {root} lacks frames or annotations")
        videos.append(Video(name, tuple(Pair(images / f"{m.stem}.jpg", m) for m in masks)))
    return videos
