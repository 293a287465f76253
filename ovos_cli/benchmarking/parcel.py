"""What travels to another machine and back: frames and given masks there, masks and record back."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from models.utils.whole_file import write_whole
from ovos_cli.benchmarking.method import Method
from ovos_cli.benchmarking.runner import MASKS, RECORDS, run_sequence
from ovos_cli.datasets.sequence import Sequence

Files = dict[str, bytes]
"""Contents by path below a folder of results."""


@dataclass(frozen=True)
class Parcel:
    """A sequence without its truth: only what a method gets to see.

    images, annotations: file name and contents, by frame.
    """

    sequence: Sequence
    images: dict[str, tuple[str, bytes]]
    annotations: dict[str, tuple[str, bytes]]


def pack(sequence: Sequence) -> Parcel:
    """Read the frames and first annotations of a sequence; OSError where a file is gone."""

    def contents(path: Path) -> tuple[str, bytes]:
        return path.name, path.read_bytes()

    return Parcel(
        replace(sequence, images={}, annotations={}),
        {frame: contents(sequence.images[frame]) for frame in sequence.frames},
        {frame: contents(sequence.annotations[frame]) for frame in sequence.starts},
    )


def unpack(parcel: Parcel, folder: Path) -> Sequence:
    """Write a parcel's files below a folder, and return the sequence that reads them there."""

    def place(kind: str, files: dict[str, tuple[str, bytes]]) -> dict[str, Path]:
        (folder / kind).mkdir(parents=True)
        paths = {frame: folder / kind / name for frame, (name, _) in files.items()}
        for frame, (_, content) in files.items():
            paths[frame].write_bytes(content)
        return paths

    return replace(
        parcel.sequence,
        images=place("images", parcel.images),
        annotations=place("annotations", parcel.annotations),
    )


def run_parcel(parcel: Parcel, method: Method) -> Files:
    """Run a method over a parcel in a folder of its own, and return the files that it wrote."""
    with tempfile.TemporaryDirectory(prefix="ovos-") as temporary:
        results = Path(temporary) / "results"
        run_sequence(unpack(parcel, Path(temporary) / "data"), method, results)
        written = sorted(p for p in results.rglob("*") if p.is_file())
        return {p.relative_to(results).as_posix(): p.read_bytes() for p in written}


def store(files: Files, name: str, folder: Path) -> None:
    """Write what `run_parcel` returned, as `run_sequence` would have: the record last.

    Args:
        files: of one sequence.
        name: the sequence's.
        folder: of the method's results.
    """
    record = f"{RECORDS}/{name}.json"
    (folder / record).unlink(missing_ok=True)
    for old in (folder / MASKS / name).glob("*.png"):
        old.unlink()
    for path in sorted(files, key=lambda p: p == record):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, files[path])
