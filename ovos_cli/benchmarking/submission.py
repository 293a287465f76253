"""Archives for the servers that keep the ground truth."""

import zipfile
from pathlib import Path

from models.errors import OvosError
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
    temporary = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for sequence in dataset.sequences:
                for frame in sequence.wanted:
                    mask = masks / sequence.name / f"{frame}.png"
                    entry = zipfile.ZipInfo(f"{prefix}{sequence.name}/{frame}.png")
                    archive.writestr(entry, mask.read_bytes())
    except FileNotFoundError as error:
        temporary.unlink(missing_ok=True)
        raise OvosError(f"the submission lacks the mask {error.filename}") from error
    temporary.replace(path)
    return path
