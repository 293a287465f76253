"""One door to every data set."""

from enum import StrEnum
from pathlib import Path

from models.errors import InputError
from ovos_cli.datasets.davis import davis
from ovos_cli.datasets.finding import Found, find_published
from ovos_cli.datasets.folder import folder
from ovos_cli.datasets.publishers import davis_publisher, youtube_publisher
from ovos_cli.datasets.sample import sample, sample_root
from ovos_cli.datasets.sequence import Dataset
from ovos_cli.datasets.youtube import youtube


class DatasetName(StrEnum):
    """What `--dataset` takes."""

    DAVIS16 = "davis16"
    DAVIS17 = "davis17"
    YTVOS18 = "ytvos18"
    YTVOS19 = "ytvos19"
    FOLDER = "folder"
    SAMPLE = "sample"


def find_root(name: DatasetName, split: str | None = None) -> Found:
    """The folder of a data set that nobody named.

    Args:
        name: which data set.
        split: as `open_dataset` takes it.

    Raises:
        InputError: it is not in OVOS_DATA and not in the working folder.
    """
    match name:
        case DatasetName.DAVIS16 | DatasetName.DAVIS17:
            return find_published(davis_publisher(f"20{name[-2:]}"), split or "val")
        case DatasetName.YTVOS18 | DatasetName.YTVOS19:
            return find_published(youtube_publisher(f"20{name[-2:]}"), split or "val")
        case DatasetName.FOLDER:
            raise InputError(
                "folders of your own have no usual name; give the one that holds JPEGImages/NAME "
                "and Annotations/NAME (or images/NAME and masks/NAME) with --root"
            )
        case DatasetName.SAMPLE:
            return Found(sample_root(), "comes with ovos")


def open_dataset(name: DatasetName, root: Path, split: str | None = None) -> Dataset:
    """Read a data set's lists and folders; no frame is decoded (masks are, of a `folder`).

    Args:
        name: which data set.
        root: where it is.
        split: a name of the data set's, or a text file of sequence names; None is the validation
            split (all of a `folder` and of the sample).

    Raises:
        InputError: the root is not the data set, or something that every method needs is missing.
    """
    match name:
        case DatasetName.DAVIS16 | DatasetName.DAVIS17:
            return davis(root, f"20{name[-2:]}", split or "val")
        case DatasetName.YTVOS18 | DatasetName.YTVOS19:
            return youtube(root, f"20{name[-2:]}", split or "val")
        case DatasetName.FOLDER:
            return folder(root, split or "all")
        case DatasetName.SAMPLE:
            return sample(root, split or "all")
