"""Where the data sets of a recipe lie."""

from dataclasses import replace
from pathlib import Path

from models.errors import InputError
from models.training.recipe import DataPart
from ovos_cli.datasets.finding import Found, data_folders, find_in, not_found
from ovos_cli.datasets.publishers import Publisher, davis_publisher, youtube_publisher
from ovos_cli.datasets.sample import lay_out, sample_root

SAMPLE = "sample"
"""The root, in DAVIS's layout, of the clip that comes with ovos."""
_OWN = "."
"""The root of data of one's own: `--data` itself, so no other folder is taken for it."""


class DataFolders:
    """Finds a recipe's roots below a folder, or below all folders that may hold data."""

    def __init__(self, base: Path | None) -> None:
        """Look below `base`; without one in OVOS_DATA and the working folder.

        Raises:
            InputError: OVOS_DATA names no folder.
        """
        self._given = base is not None
        self._places = [Found(base, "--data")] if base is not None else data_folders()

    def place(self, part: DataPart) -> Path:
        """The folder of a data set: `part.root`, or one of DAVIS's or YouTube-VOS's usual names.

        Where it is not, the folder in which it should be; whoever opens it says what it lacks.

        Raises:
            InputError: nobody said where a published data set is, and it is in no usual place.
            OvosError: the sample was not installed, or its frames cannot be kept.
        """
        named = [place.root / part.root for place in self._places]
        if part.root == SAMPLE and not any(folder.is_dir() for folder in named):
            return lay_out(sample_root())
        publisher = _publisher(part)
        if publisher is None:
            return next((folder for folder in named if folder.is_dir()), named[0])
        fitting = [folder for folder in named if not publisher.lacks(folder, part.split)]
        if fitting:
            return fitting[0]
        if Path(part.root).is_absolute():
            return named[0]
        passed: list[str] = []
        if part.root != _OWN:
            found, passed = find_in(publisher, self._places, part.split)
            if found is not None and not publisher.lacks(found.root, part.split):
                return found.root
        there = [folder for folder in named if part.root != _OWN and folder.is_dir()]
        if self._given or there:
            return [*there, *named][0]
        text = not_found(publisher, self._places, passed, option="--data")
        own = "\n  Videos of your own do as well, laid out like it: --data is their folder then."
        raise InputError(text + (own if part.root == _OWN else ""))


def _publisher(part: DataPart) -> Publisher | None:
    if part.kind == "davis":
        return davis_publisher(part.year)
    if part.kind == "ytvos":
        # Recipes need not name a year of it: either will do.
        known = part.year if part.year in ("2018", "2019") else None
        return replace(youtube_publisher(known or "2019"), only_year=known is not None)
    return None
