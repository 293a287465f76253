"""Data sets on disk, read as sequences of named frames (`open_dataset`)."""

from ovos_cli.datasets.opening import DatasetName, find_root, open_dataset
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, Submission

__all__ = [
    "Dataset",
    "DatasetName",
    "Protocol",
    "Sequence",
    "Submission",
    "find_root",
    "open_dataset",
]
