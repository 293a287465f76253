"""How proposals are kept on disk; apart from what writes them, which needs torch."""

from enum import StrEnum


class Format(StrEnum):
    """What `--format` takes."""

    NPZ = "npz"
    COCO = "coco"
