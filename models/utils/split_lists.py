"""Lists of the videos that belong to a split, as data sets and people write them."""

from pathlib import Path

from models.errors import InputError


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
    try:
        lines = path.read_text().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the split file {path} cannot be read: {error}") from error
    entries = [Path(line.split()[0]) for line in lines if line.split()]
    names = [str(e.parent.name if e.suffix in {".jpg", ".jpeg", ".png"} else e) for e in entries]
    if not names:
        raise InputError(f"the split file {path} names no sequence")
    return list(dict.fromkeys(names))
