"""Archives for the servers that keep the ground truth."""

import zipfile
from pathlib import Path
from typing import BinaryIO

from models.errors import OvosError
from models.utils.whole_file import write_whole
from ovos_cli.datasets.sequence import Dataset, Submission

SUBMISSION = "submission.zip"
_PREFIX = {Submission.DAVIS: "", Submission.YOUTUBE: "Annotations/"}


def write_submission(dataset: Dataset, masks: Path, path: Path) -> Path:
    """Pack the masks of the frames that a server scores.

    DAVIS: SEQUENCE/FRAME.png; YouTube-VOS: Annotations/SEQUENCE/FRAME.png. Complete or absent,
    and the same bytes for the same masks.

    Raises:
        OvosError: a mask is missing.
    """
    assert dataset.submission is not None
    prefix = _PREFIX[dataset.submission]
    wanted = [(s.name, f"{frame}.png") for s in dataset.sequences for frame in s.wanted]
    for name, frame in wanted:
        if not (masks / name / frame).is_file():
            raise OvosError(f"the submission lacks the mask {masks / name / frame}")

    def pack(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, frame in wanted:
                entry = zipfile.ZipInfo(f"{prefix}{name}/{frame}")
                archive.writestr(entry, (masks / name / frame).read_bytes())

    write_whole(path, pack)
    return path
