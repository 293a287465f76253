"""Data sets as their publishers offer them: where, which files, how they lie, how they are told."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.utils.split_lists import davis_lists

_DAVIS = re.compile(r"davis(?:(?:20)?(1[67]))?(?:data|train|val|test|dev|challenge|480p)*")
_YOUTUBE = re.compile(r"(?:youtubevos|ytvos|ytbvos)(?:(?:20)?(1[89]))?")
_YOUTUBE_FOLDERS = {"val": "valid"}


@dataclass(frozen=True)
class Publisher:
    """One data set.

    title: for people. year: two digits. spelling: of folders' names in lower case without
    punctuation; its group is the year, where one is written. only_year: nothing but the name tells
    the years apart. page, files, tree: where it is offered, which files, and how they lie.
    lacks: what a folder lacks to be it, with the split named if one is; empty where it is.
    """

    title: str
    year: str
    spelling: re.Pattern[str]
    only_year: bool
    page: str
    files: str
    tree: str
    lacks: Callable[[Path, str | None], str]

    def rank(self, name: str) -> int | None:
        """How likely a folder of this name is it, 0 the likeliest; None if it is another's."""
        found = self.spelling.fullmatch(re.sub(r"[^a-z0-9]", "", name.lower()))
        if found is None or (self.only_year and found[1] not in (None, self.year)):
            return None
        return {self.year: 0, None: 1}.get(found[1], 2)

    def offer(self) -> str:
        """Where to get it and how to lay it out, in a few lines."""
        lines = "\n".join(f"    {line}" for line in self.tree.splitlines())
        return (
            f"  {self.title} is offered at {self.page}\n  Files: {self.files}. Unpacked:\n{lines}"
        )


def davis_publisher(year: str) -> Publisher:
    """DAVIS of a year with four digits."""

    def lacks(root: Path, split: str | None) -> str:
        if not (root / "Annotations/480p").is_dir():
            return "Annotations/480p"
        lists = davis_lists(root, year)
        if split and split != "all" and not Path(split).suffix:
            found = any((place / f"{split}.txt").is_file() for place in lists)
            return "" if found else f"ImageSets/{year}/{split}.txt"
        found = any(place.is_dir() for place in lists)
        return "" if found else f"ImageSets/{year}"

    files = (
        "DAVIS-data.zip"
        if year == "2016"
        else f"DAVIS-{year}-trainval-480p.zip (for --split test-dev also "
        f"DAVIS-{year}-test-dev-480p.zip)"
    )
    return Publisher(
        f"DAVIS {year}",
        year[2:],
        _DAVIS,
        False,
        f"https://davischallenge.org/davis{year}/code.html",
        files,
        "DAVIS/\n"
        "  JPEGImages/480p/NAME/00000.jpg …\n"
        "  Annotations/480p/NAME/00000.png …\n"
        f"  ImageSets/{year}/train.txt, val.txt" + " (or ImageSets/480p/)" * (year == "2016"),
        lacks,
    )


def youtube_publisher(year: str) -> Publisher:
    """YouTube-VOS of a year with four digits: 2018 or 2019."""

    def lacks(root: Path, split: str | None) -> str:
        if split is None or Path(split).suffix:
            folders = ["train", "valid", "test"]
        else:
            folders = [_YOUTUBE_FOLDERS.get(split, split)]
        found = any((root / folder / "Annotations").is_dir() for folder in folders)
        return "" if found else f"{' or '.join(folders)}/Annotations"

    return Publisher(
        f"YouTube-VOS {year}",
        year[2:],
        _YOUTUBE,
        True,
        "https://youtube-vos.org/dataset/vos/",
        f"of the {year} version, valid.zip and valid_all_frames.zip (to train, train.zip)",
        "YouTube-VOS/\n"
        "  valid/JPEGImages/NAME/00000.jpg …\n"
        "  valid/Annotations/NAME/00000.png …\n"
        "  valid/meta.json\n"
        "  valid_all_frames/JPEGImages/NAME/00000.jpg …\n"
        "  train/ (like valid/)",
        lacks,
    )
