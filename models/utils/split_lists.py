"""Lists of the videos that belong to a split, as data sets and people write them."""

import re
from pathlib import Path

from models.errors import InputError
from models.utils.text_file import read_text

_FRAME = re.compile(r"(.*/)?(?P<folder>[^/]+)/[^/]+\.(jpe?g|png)(\s|$)", re.IGNORECASE)


def davis_lists(root: Path, year: str) -> list[Path]:
    """Folders below a DAVIS root that may hold lists of that year, the likelier first.

    The 2016 release has them by resolution, later ones by year.
    """
    folders = root / "ImageSets"
    return [folders / year] + [folders / "480p"] * (year == "2016")


def read_list(path: Path) -> list[str]:
    """Names of a text file: one a line, or DAVIS 2016's pairs of paths, one for each frame.

    Raises:
        InputError: the file is missing or empty.
    """
    lines = read_text(path, "the split file").splitlines()
    names = [_name(line.strip()) for line in lines if line.strip()]
    if not names:
        raise InputError(f"the split file {path} names no sequence")
    return list(dict.fromkeys(names))


def _name(line: str) -> str:
    """A line is a name, blanks and all, or begins with the path of a frame, in its folder."""
    frame = _FRAME.match(line)
    return line if frame is None else frame["folder"]
