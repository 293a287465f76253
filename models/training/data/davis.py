"""DAVIS 2016 and 2017."""

from pathlib import Path

from models.errors import InputError
from models.training.data.pairs import Pair, Video
from models.utils.clutter import without_clutter
from models.utils.split_lists import davis_lists, read_list

_SCALE = "480p"
"""The frames' height, which names their folder; full resolution lies beside it."""


def davis_videos(root: Path, split: str, year: str = "2016") -> list[Video]:
    """Sequences of a DAVIS root named in a list of `ImageSets`.

    Args:
        root: the folder that holds ImageSets/, JPEGImages/480p/ and Annotations/480p/.
        split: the list's name without `.txt`.
        year: of the list's folder, 2016 or 2017.

    Raises:
        InputError: the list or a sequence is missing, or the list is empty.
    """
    lists = [place / f"{split}.txt" for place in davis_lists(root, year)]
    listing = next((path for path in lists if path.is_file()), None)
    images, annotations = root / "JPEGImages" / _SCALE, root / "Annotations" / _SCALE
    lost = [str(folder) for folder in (images, annotations) if not folder.is_dir()]
    if listing is None or lost:
        what = ", ".join([*([] if listing else [str(lists[0])]), *lost])
        raise InputError(
            f"{root} is not a DAVIS {year} root with a split '{split}'; missing: {what}. "
            f"Expected ImageSets/{year}/, JPEGImages/{_SCALE}/ and Annotations/{_SCALE}/"
        )
    videos = []
    for name in read_list(listing):
        masks = without_clutter((annotations / name).glob("*.png"))
        if not masks or not (images / name).is_dir():
            raise InputError(
                f"sequence {name}, which {listing} names, lacks "
                + (
                    f"frames: there is no folder {images / name}"
                    if masks
                    else f"annotations: there is no PNG in {annotations / name}"
                )
            )
        pairs = (Pair(images / name / f"{m.stem}.jpg", m, masks[0]) for m in masks)
        videos.append(Video(name, tuple(pairs)))
    return videos
